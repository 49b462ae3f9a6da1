"""All benchmarks, one after the other: `python -m benchmarks`."""

import pkgutil
import subprocess
import sys

import benchmarks

# What measures; the other modules help.
NAMES = [name for name in ("encoder", "stream", "page", "detection") if name]


def main() -> int:
    """Run each in a process of its own, so that none sees what another left in memory."""
    there = {module.name for module in pkgutil.iter_modules(benchmarks.__path__)}
    status = 0
    for name in NAMES:
        if name in there:
            status |= subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
