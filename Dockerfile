# One image for every service; what it runs is the command given to it:
#   docker build -t floorwatch . && docker run --rm -p 127.0.0.1:8050:8050 floorwatch
FROM python:3.11.13-bookworm AS build

# The full image has the C compiler that the core of the stream is compiled with.
ENV FLOORWATCH_COMPILED=1
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE floorwatch.py ./
COPY scripts/compile.py scripts/compile.py
COPY stream stream
COPY dashboard dashboard
COPY simulator simulator
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# For reports as PDF: Cyrillic and Greek, and Chinese; what is set in no font would be question marks.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-dejavu-core fonts-droid-fallback \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --system --no-create-home --home-dir /data floorwatch \
    && install -d -o floorwatch -g floorwatch /data

WORKDIR /build
COPY constraints.txt ./
COPY --from=build /wheels /wheels
RUN pip install --constraint constraints.txt /wheels/*.whl && rm -rf /build/* /wheels

USER floorwatch
WORKDIR /data
VOLUME /data
EXPOSE 8050

# For the commands that serve the dashboard; docker-compose.yml has the other services' checks.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8050/healthz', timeout=2)"]

STOPSIGNAL SIGINT
ENTRYPOINT ["floorwatch"]
CMD ["demo", "--host", "0.0.0.0", "--port", "8050"]
