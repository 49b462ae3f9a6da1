"""`python -m models.kernel.build`: compiles the kernel for the processors that it knows.

Installing does the same where it finds a C compiler (hatch_build.py).  Without one nothing is
made, and ONNX Runtime computes the same graph.  Standard library only: it runs before the packages
are installed.
"""

import hashlib
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
SOURCE: Final = HERE / "encoder.c"
COMMON: Final = ("-O3", "-std=gnu11", "-Wno-psabi", "-shared", "-fPIC")
AVX2: Final = ("-mavx2", "-mfma")
AVX512: Final = ("-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mavx512vnni")
VARIANTS: Final = {"avx512vnni": (*AVX2, *AVX512), "avx2": AVX2}
"""What the compiler is told, by variant; the fastest variant first."""
TIMEOUT_S: Final = 300


def library(variant: str) -> Path:
    """Where a variant lies; the name tells what it was compiled from, so none is ever stale."""
    made_of = SOURCE.read_bytes() + " ".join((*COMMON, *VARIANTS[variant])).encode()
    return HERE / f"encoder-{variant}-{hashlib.sha256(made_of).hexdigest()[:12]}.so"


def build() -> list[Path]:
    """The variants, compiled where they were not yet; empty where this machine cannot."""
    compiler = next(filter(None, map(shutil.which, _compilers())), None)
    if compiler is None or platform.machine().lower() not in {"x86_64", "amd64"}:
        return []
    wanted = {library(variant): flags for variant, flags in VARIANTS.items()}
    for old in set(HERE.glob("encoder-*.so")) - set(wanted):
        old.unlink(missing_ok=True)
    made = (out for out, flags in wanted.items() if out.exists() or compiled(compiler, flags, out))
    return list(made)


def _compilers() -> list[str]:
    return [*filter(None, [os.environ.get("CC")]), "cc", "gcc", "clang"]


def compiled(compiler: str, flags: tuple[str, ...], out: Path) -> bool:
    """Compile the kernel into a file that appears whole or not at all; False if that fails."""
    draft = out.with_suffix(f".{os.getpid()}")
    command = [compiler, *COMMON, *flags, str(SOURCE), "-o", str(draft)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S)  # noqa: S603 - a compiler of the machine's owner
        draft.replace(out)
    except (OSError, subprocess.SubprocessError):
        draft.unlink(missing_ok=True)
        return False
    return True


def main() -> None:
    """Compile, and say what there is."""
    made = build()
    print("\n".join(map(str, made)) or "no C compiler for x86-64: ONNX Runtime computes")  # noqa: T201


if __name__ == "__main__":
    main()
