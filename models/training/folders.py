"""What a run names: folders of models, or weights and encoders of another kind."""

from pathlib import Path

from models.onnx_encoder import GRAPH
from models.scorer import SHIPPED


def named_folder(name: str) -> Path:
    """The folder that a run names: "shipped" is the shipped model's."""
    return SHIPPED if name == "shipped" else Path(name)


def model_folder(name: str) -> Path | None:
    """The model folder of this name, if it is one and not a Hugging Face one."""
    folder = named_folder(name)
    return folder if (folder / GRAPH).exists() else None
