#!/usr/bin/env bash
# Makes .venv and installs the project into it: scripts/setup.sh [extra]
# The Makefile calls it when pyproject.toml or constraints.txt is newer than the last success.
set -euo pipefail
cd "$(dirname "$0")/.."

extra="${1:-}"
python="${PYTHON:-python3}"
venv_python=.venv/bin/python

fail() {
    echo "setup: $1" >&2
    exit 1
}

if ! "$venv_python" -m pip --version >/dev/null 2>&1; then
    command -v "$python" >/dev/null ||
        fail "no $python here; install Python 3.11 or newer, or name yours: make PYTHON=/path/to/python3 setup"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "$("$python" --version) is too old, 3.11 or newer is needed; name another: make PYTHON=python3.12 setup"
    echo "setup: making .venv with $("$python" --version)"
    rm -rf .venv
    if ! log="$("$python" -m venv .venv 2>&1)"; then
        rm -rf .venv
        case "$log" in
            *ensurepip*) fail "Python's venv module is not whole here; on Debian or Ubuntu: apt-get install python3-venv" ;;
            *) fail "cannot make .venv: $(tail -n 1 <<<"$log")" ;;
        esac
    fi
fi

echo "setup: installing floorwatch${extra:+ with what its tests need} (a minute or two the first time)"
"$venv_python" -m pip install --quiet --disable-pip-version-check \
    --constraint constraints.txt --editable ".${extra:+[$extra]}" ||
    fail "pip could not install what constraints.txt names; its own message is above"
