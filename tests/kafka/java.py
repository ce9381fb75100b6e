"""Apache Kafka as a program: its class path, resolved by Maven once, and the Java that runs it."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.repository.sources import ROOT

POM: Final = Path(__file__).with_name("pom.xml")
# Kept between sessions: Maven needs ten seconds to say what it said before.
CACHE: Final = ROOT / ".kafka"
RESOLVED_WITHIN_S: Final = 600
# Small and soon warm: a broker of a test lives for seconds and has little to keep.
OPTIONS: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
QUIET: Final = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"


class NoBroker(Exception):
    """There is no broker to test against, and why."""


def command(heap: str, *arguments: str) -> list[str]:
    """What starts one of Kafka's own programs; it ends with this process, however that one ends."""
    setpriv = shutil.which("setpriv")
    mortal = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
    java = [needed("java", "Java 17"), f"-Xmx{heap}", *OPTIONS, QUIET]
    return [*mortal, *java, "-cp", classpath(), *arguments]


def classpath() -> str:
    """The broker's class path, resolved by Maven the first time and when the pom has changed."""
    kept = CACHE / f"classpath-{hashlib.sha256(POM.read_bytes()).hexdigest()[:16]}"
    if kept.is_file() and all(Path(jar).is_file() for jar in kept.read_text().split(":")):
        return kept.read_text()
    CACHE.mkdir(exist_ok=True)
    fresh = kept.with_suffix(".new")
    maven = [needed("mvn", "Maven"), "--quiet", "--batch-mode", "--file", str(POM)]
    goal = "dependency:build-classpath"
    call([*maven, goal, "-Dmdep.includeScope=runtime", f"-Dmdep.outputFile={fresh}"])
    fresh.replace(kept)
    return kept.read_text()


def broker_version() -> str:
    """The version that the pom names."""
    found = re.search(r"<artifactId>kafka_[^<]*</artifactId>\s*<version>([^<]*)<", POM.read_text())
    assert found is not None
    return found[1]


def call(what: Sequence[str]) -> None:
    """Run a program to its end. Raises `NoBroker` with what it said where it fails."""
    name = Path(what[0]).name
    try:
        done = subprocess.run(
            what, capture_output=True, text=True, check=False, timeout=RESOLVED_WITHIN_S
        )
    except subprocess.TimeoutExpired as error:
        raise NoBroker(f"{name} does not end") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise NoBroker(f"{name} failed: {' / '.join(said[:5])}")


def needed(program: str, what: str) -> str:
    """Where a program is. Raises `NoBroker` where it is not."""
    path = shutil.which(program)
    if path is None:
        raise NoBroker(f"no {program} here; install {what}, or set FLOORWATCH_TEST_KAFKA=host:port")
    return path
