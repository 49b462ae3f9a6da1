"""Compiles the encoder's kernel while the package is installed, where a C compiler is."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KernelHook(BuildHookInterface):
    """A wheel with the kernel is for this machine's kind; one without it is for all."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - given
        """Compile, and add what was made to the wheel."""
        sys.path.insert(0, self.root)
        from models.kernel.build import build

        made = [path.relative_to(self.root).as_posix() for path in map(Path, build())]
        if made:
            build_data["artifacts"] += made
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{_platform()}"


def _platform() -> str:
    import sysconfig

    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
