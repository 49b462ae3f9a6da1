"""`python -m models.export.hugging_face MODEL OUT`: a model folder's encoder, for other servers.

Writes `config.json`, `model.safetensors` and the tokenizer as Hugging Face lays them out, so that
torch (`model = "torch:OUT"`) or `vllm serve OUT --runner pooling` can run the encoder that the
model's heads were trained with.  Weights are what the int8 graph computes with.  The heads and a
manifest of all go with them: whoever has the folder has the heads that read its encoder.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from safetensors.numpy import save_file

from models.export.folder import Base
from models.export.quantisation import Blocks4, dequantise_blocks, unpack_nibbles
from models.heads import HEADS
from models.manifest import read_manifest, write_manifest
from models.onnx_encoder import GRAPH, TOKENIZER
from schemas.model_figures import FIGURES_FILE

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"
ENCODER_FILES: Final = (CONFIG, WEIGHTS, TOKENIZER)
POOLING: Final = "1_Pooling"
LAYER: Final = "encoder.layer.{}."
THIRDS: Final = ("query", "key", "value")

Floats = NDArray[np.float32]


def read_back(model: Path) -> Base:
    """A model folder's encoder: the weights that its graph computes with."""
    graph = onnx.load(model / GRAPH).graph
    weights = _weights({tensor.name: tensor for tensor in graph.initializer})
    tokenizer = (model / TOKENIZER).read_text(encoding="utf-8")
    return Base(weights, _config(graph, weights), tokenizer)


def write_hugging_face(model: Path, out: Path) -> None:
    """Write the folder.  Raises ModelError if the model's folder is not whole."""
    manifest, _ = read_manifest(model)
    write_folder(read_back(model), out, dimension=manifest.dimension)
    for name in (HEADS, FIGURES_FILE):
        if (model / name).exists():
            shutil.copyfile(model / name, out / name)
    files = dict.fromkeys((*ENCODER_FILES, HEADS), "")
    write_manifest(out, msgspec.structs.replace(manifest, files=files))


def write_folder(encoder: Base, out: Path, *, dimension: int) -> None:
    """Write an encoder as Hugging Face keeps it, without heads.  dimension: of its states."""
    config = {name: value for name, value in encoder.config.items() if not name.startswith("_")}
    out.mkdir(parents=True, exist_ok=True)
    (out / CONFIG).write_text(json.dumps(config, indent=2) + "\n")
    (out / TOKENIZER).write_text(encoder.tokenizer, encoding="utf-8")
    settings: dict[str, Any] = {**encoder.marks, "tokenizer_class": "PreTrainedTokenizerFast"}
    if "max_position_embeddings" in config:
        settings["model_max_length"] = config["max_position_embeddings"]
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    weights = {name: np.ascontiguousarray(value) for name, value in encoder.weights.items()}
    save_file(weights, out / WEIGHTS, metadata={"format": "pt"})
    (out / WEIGHTS).chmod(0o644)  # the library makes it readable for its owner only
    _write_pooling(out, dimension)


def _write_pooling(out: Path, dimension: int) -> None:
    """As sentence-transformers says that an embedding is the mean of the states: vLLM looks there.

    Without it vLLM takes the state of the first token.
    """
    kinds = ("Transformer", ""), ("Pooling", POOLING)
    modules = [
        {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for at, (kind, path) in enumerate(kinds)
    ]
    (out / "modules.json").write_text(json.dumps(modules, indent=2) + "\n")
    pooling = {"word_embedding_dimension": dimension, "pooling_mode_mean_tokens": True}
    (out / POOLING).mkdir(exist_ok=True)
    (out / POOLING / CONFIG).write_text(json.dumps(pooling, indent=2) + "\n")


def _weights(constants: dict[str, Any]) -> dict[str, Floats]:
    def array(name: str) -> NDArray[Any]:
        return np.asarray(numpy_helper.to_array(constants[name]))

    def product(name: str) -> Floats:
        """A dense layer's matrix (outputs, inputs)."""
        weights: Floats = array(name + ".codes").T * array(name + ".steps")[:, None]
        return weights.astype(np.float32)

    def same(*names: str) -> dict[str, Floats]:
        return {name: array(name) for name in names}

    codes = constants["words.codes"]
    words = Blocks4(
        unpack_nibbles(codes.raw_data).reshape(tuple(codes.dims)), array("words.scales")
    )
    positions = array("positions")
    found = {
        "embeddings.word_embeddings.weight": dequantise_blocks(words),
        "embeddings.position_embeddings.weight": positions,
        # The graph has added the only kind of token to the places already.
        "embeddings.token_type_embeddings.weight": np.zeros((1, positions.shape[1]), np.float32),
        **same("embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias"),
    }
    layer = 0
    while (prefix := LAYER.format(layer)) + "attention.self.codes" in constants:
        matrix, bias = product(f"{prefix}attention.self"), array(f"{prefix}attention.bias")
        for name, rows, part in zip(THIRDS, np.split(matrix, 3), np.split(bias, 3), strict=True):
            found[f"{prefix}attention.self.{name}.weight"] = rows
            found[f"{prefix}attention.self.{name}.bias"] = part
        found[f"{prefix}intermediate.dense.weight"] = product(f"{prefix}intermediate")
        found[f"{prefix}intermediate.dense.bias"] = array(f"{prefix}intermediate.bias")
        for block in (f"{prefix}attention.output.", f"{prefix}output."):
            found[f"{block}dense.weight"] = product(f"{block}dense")
            found |= same(
                f"{block}dense.bias", f"{block}LayerNorm.weight", f"{block}LayerNorm.bias"
            )
        layer += 1
    return found


def _config(graph: Any, weights: dict[str, Floats]) -> dict[str, Any]:  # noqa: ANN401 - untyped
    attributes = {
        attribute.name: onnx.helper.get_attribute_value(attribute)
        for node in graph.node
        if node.op_type in {"MultiHeadAttention", "LayerNormalization"}
        for attribute in node.attribute
    }
    words = weights["embeddings.word_embeddings.weight"]
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "vocab_size": len(words),
        "hidden_size": words.shape[1],
        "intermediate_size": len(weights["encoder.layer.0.intermediate.dense.weight"]),
        "num_hidden_layers": sum(name.endswith("self.query.weight") for name in weights),
        "num_attention_heads": attributes["num_heads"],
        "layer_norm_eps": attributes["epsilon"],
        "max_position_embeddings": len(weights["embeddings.position_embeddings.weight"]),
        "type_vocab_size": 1,
        "pad_token_id": 1,
    }


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(
        prog="python -m models.export.hugging_face", description=__doc__
    )
    parser.add_argument("model", type=Path, help="a model folder, such as models/shipped")
    parser.add_argument("out", type=Path, help="the folder to write")
    flags = parser.parse_args()
    write_hugging_face(flags.model, flags.out)


if __name__ == "__main__":
    main()
