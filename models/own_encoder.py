"""The encoder that lies in a model folder."""

from pathlib import Path

from models.encoder import Encoder
from models.onnx_encoder import GRAPH, OnnxEncoder


def own_encoder(
    folder: Path, *, prefix: str, max_tokens: int, threads: int | None = None
) -> Encoder:
    """The folder's graph on the CPU, or what lies there as Hugging Face keeps it on torch.

    threads: of the graph; None for one per core.  Raises ModelError.
    """
    if (folder / GRAPH).exists():
        return OnnxEncoder(folder, prefix=prefix, max_tokens=max_tokens, threads=threads)
    from models.torch_encoder import TorchEncoder

    return TorchEncoder(folder, prefix=prefix, max_tokens=max_tokens)
