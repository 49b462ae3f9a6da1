"""What a run names: folders of models, or weights and bases."""

from pathlib import Path

from models.manifest import MANIFEST
from models.scorer import SHIPPED


def named_folder(name: str) -> Path:
    """The folder that a run names: "shipped" is the shipped model's."""
    return SHIPPED if name == "shipped" else Path(name)


def model_folder(name: str) -> Path | None:
    """The model folder of this name, if it is one: with heads, unlike a base."""
    folder = named_folder(name)
    return folder if (folder / MANIFEST).exists() else None
