#!/usr/bin/env bash
# Finds a Chromium for the browser tests and prints its path; installs one where there is none.
# Tried in this order: $FLOORWATCH_CHROMIUM, the system's own, Playwright's if it was downloaded
# before, the system's package (as root or with passwordless sudo), Playwright's download.
set -euo pipefail
cd "$(dirname "$0")/.."

python=.venv/bin/python

# The stub that some systems install instead of a browser starts nothing: ask for the version.
works() {
    [ -n "$1" ] && [ -x "$1" ] && timeout 30 "$1" --version >/dev/null 2>&1
}

found() {
    echo "browser tests use $(timeout 30 "$1" --version 2>/dev/null | sed 's/ *$//') at $1" >&2
    echo "$1"
    exit 0
}

look_on_path() {
    local name path
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        path="$(command -v "$name" || true)"
        if works "$path"; then found "$path"; fi
    done
}

look_in_playwright() {
    local path
    path="$("$python" - 2>/dev/null <<'PYTHON' || true
from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
PYTHON
)"
    if works "$path"; then found "$path"; fi
}

install_package() {
    local as_root=()
    command -v apt-get >/dev/null || return 0
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 0
        as_root=(sudo -n)
    fi
    echo "no Chromium here: installing the system's package" >&2
    # Refreshing the lists may fail for a source that has nothing to do with Chromium.
    "${as_root[@]}" apt-get update -qq >&2 || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-liberation >&2 || true
}

download_playwright() {
    [ -x "$python" ] || return 0
    echo "no Chromium here: trying Playwright's own" >&2
    "$python" -m playwright install chromium >&2 || true
}

if [ -n "${FLOORWATCH_CHROMIUM:-}" ]; then
    if works "$FLOORWATCH_CHROMIUM"; then found "$FLOORWATCH_CHROMIUM"; fi
    echo "FLOORWATCH_CHROMIUM names $FLOORWATCH_CHROMIUM, which does not start; unset it or name another" >&2
    exit 1
fi

look_on_path
look_in_playwright
install_package
look_on_path
download_playwright
look_in_playwright
echo "no Chromium for the browser tests: install it (Debian: apt-get install chromium) or set FLOORWATCH_CHROMIUM to its path" >&2
exit 1
