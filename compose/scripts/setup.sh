#!/bin/sh
# Makes .venv and installs the locked packages and this project into it.
#   setup.sh requirements.lock        what is needed to run
#   setup.sh requirements-dev.lock    and what is needed to test
# PYTHON names the interpreter to use; without it the first one found that is new enough.
set -eu

UV_VERSION=0.13.9
lock=$1

is_new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Groundswell needs Python 3.11 or newer, and found: $(python3 --version 2>&1 || true)." >&2
    echo "Install one (Debian: apt-get install python3 python3-venv)," >&2
    echo "or name it: make PYTHON=/path/to/python3.11 ..." >&2
    return 1
}

if [ ! -x .venv/bin/python ] || ! is_new_enough .venv/bin/python; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv || {
        rm -rf .venv
        echo "This Python cannot make an environment." >&2
        echo "On Debian: apt-get install python3-venv; then run make again." >&2
        exit 1
    }
fi

if [ "$(.venv/bin/uv --version 2>/dev/null | cut -d ' ' -f 2)" != "$UV_VERSION" ]; then
    echo "Installing the installer (uv $UV_VERSION)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
fi

# A package index that pip was told of counts for uv as well.
if [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then
    UV_DEFAULT_INDEX=$PIP_INDEX_URL
    export UV_DEFAULT_INDEX
fi
UV_LINK_MODE=${UV_LINK_MODE:-copy}
UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-120}
VIRTUAL_ENV=$PWD/.venv
export UV_LINK_MODE UV_HTTP_TIMEOUT VIRTUAL_ENV

echo "Installing the packages of $lock"
.venv/bin/uv pip install --require-hashes --requirement "$lock"
.venv/bin/uv pip install --quiet --no-deps --editable .
