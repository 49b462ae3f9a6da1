"""`python -m models.export`: a Hugging Face encoder as ONNX graph and tokenizer.

    python -m models.export --base FOLDER --texts FILE ... --out FOLDER

FOLDER holds `config.json`, `model.safetensors` and `tokenizer.json` of a BERT encoder with a
unigram tokenizer, such as multilingual-e5-small.  The texts (files with one JSON object a line,
or one text a line) say which pieces of the vocabulary are in use.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import onnx
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from models.export.graph import BertShape, encoder_model
from models.export.vocabulary import choose_pieces, piece_counts, pruned_tokenizer

PIECES: Final = 140_000
LEAST_COUNT: Final = 8
MAX_TOKENS: Final = 128
WORDS: Final = "embeddings.word_embeddings.weight"


def export(base: Path, texts: Sequence[Path], out: Path, *, pieces: int = PIECES) -> None:
    """Write `encoder.onnx` and `tokenizer.json` to a folder."""
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    description = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    counts = piece_counts(tokenizer, read_texts(texts))
    kept = choose_pieces(
        description["model"]["vocab"], counts, budget=pieces, least_count=LEAST_COUNT
    )
    weights = load_file(base / "model.safetensors")
    weights[WORDS] = weights[WORDS][kept]
    shape = BertShape(
        hidden=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        epsilon=config["layer_norm_eps"],
        max_tokens=MAX_TOKENS,
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "tokenizer.json").write_text(pruned_tokenizer(description, kept), encoding="utf-8")
    onnx.save(encoder_model(weights, shape), out / "encoder.onnx")


def read_texts(paths: Sequence[Path]) -> Iterator[str]:
    """The texts of `.jsonl` files (key `text`) and of files with one text a line."""
    for path in paths:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield json.loads(line)["text"] if path.suffix == ".jsonl" else line


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(prog="python -m models.export", description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="the encoder's folder")
    parser.add_argument("--texts", type=Path, nargs="*", default=[], help="texts in use")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--pieces", type=int, default=PIECES, help="vocabulary to keep")
    flags = parser.parse_args()
    export(flags.base, flags.texts, flags.out, pieces=flags.pieces)


if __name__ == "__main__":
    main()
