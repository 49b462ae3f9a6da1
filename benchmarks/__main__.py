"""All benchmarks, one after the other: `python -m benchmarks`."""

import subprocess
import sys
from typing import Final

NAMES: Final = ("encoder", "stream", "replay", "dashboard", "rollups", "versions")


def main() -> int:
    """Run each in a process of its own, so that none sees what another left in memory."""
    runs = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False) for name in NAMES
    ]
    return max(run.returncode for run in runs)


if __name__ == "__main__":
    sys.exit(main())
