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

from models.export.folder import PIECES, read_base, write_encoder


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
    write_encoder(read_base(flags.base), read_texts(flags.texts), flags.out, pieces=flags.pieces)


if __name__ == "__main__":
    main()
