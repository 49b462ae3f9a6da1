"""The torch backend: any Hugging Face encoder on CPU or CUDA.  Needs the extra `torch`."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoding, as_read, token_batches, unit_rows
from models.onnx_encoder import load_tokenizer
from schemas.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

BATCH_TOKENS: Final = {"cpu": 1024, "cuda": 131_072}
"""Tokens that go through the layers together."""
PART_TEXTS: Final = 4096
"""Texts that are tokenised together: a GPU computes one part while the next is tokenised."""

# The number of a part's first text, its texts as they are read, and their tokens.
_Part = tuple[int, list[str], list[Any]]
Tokenise = Callable[[list[str]], list[Any]]


class TorchEncoder:
    """Encodes with transformers: bfloat16 on CUDA, float32 on a CPU.

    folder: as `AutoModel.save_pretrained` and a fast tokenizer's `tokenizer.json` make it.
    prefix: stands before every text.  device: "cpu" or "cuda"; None takes CUDA where there is one.
    """

    def __init__(
        self, folder: Path, *, prefix: str, max_tokens: int, device: str | None = None
    ) -> None:
        try:
            import torch

            from models.torch_layers import load_layers, sent
        except ImportError as error:
            raise ModelError(
                f"the torch backend needs torch and transformers ({error}); "
                "run: pip install 'groundswell[torch]'"
            ) from error
        self._torch = torch
        self._sent = sent
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        kind = torch.bfloat16 if self._device == "cuda" else torch.float32
        self.layers, self.dimension = load_layers(folder, device=self._device, dtype=kind)
        self._tokenizer = load_tokenizer(folder / "tokenizer.json", max_tokens=max_tokens)
        self._prefix = prefix
        self._max_tokens = max_tokens
        self.name = f"torch-{self._device}:{folder.name}"
        self.gives_states = True
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="tokenise")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings, as models.encoder.Encoder says."""
        sums = self._no_sums(texts)
        # The fast way leaves out the offsets.
        for first, _, tokens in self._tokenised(texts, self._tokenizer.encode_batch_fast):
            for places, lengths, states in self._computed(first, tokens):
                self._add(sums, places, lengths, states)
        return unit_rows(sums.cpu().numpy())

    def read(self, texts: Sequence[str]) -> Encoding:
        """States, as models.encoder.Encoder says."""
        sums = self._no_sums(texts)
        prefixed: list[str] = []
        offsets: list[Sequence[tuple[int, int]]] = []
        fetched: list[tuple[list[int], list[int], Tensor]] = []
        for first, part, tokens in self._tokenised(texts, self._tokenizer.encode_batch):
            prefixed += part
            offsets += [encoding.offsets for encoding in tokens]
            for places, lengths, states in self._computed(first, tokens):
                self._add(sums, places, lengths, states)
                fetched.append((places, lengths, states.to("cpu", non_blocking=True)))
        # Until the sums are here, the states need not be either.
        embeddings = unit_rows(sums.cpu().numpy())
        found: list[NDArray[np.float32]] = [embeddings] * len(texts)
        for places, lengths, states in fetched:
            parts = np.split(states.numpy(), np.cumsum(lengths)[:-1])
            for place, of_text in zip(places, parts, strict=True):
                found[place] = of_text
        return Encoding(embeddings, prefixed, found, offsets)

    def _no_sums(self, texts: Sequence[str]) -> "Tensor":
        return self._torch.zeros((len(texts), self.dimension), device=self._device)

    def _computed(
        self, first: int, tokens: Sequence[Any]
    ) -> Iterator[tuple[list[int], list[int], "Tensor"]]:
        """Batch by batch: the texts' numbers, how many tokens each has, and all their states."""
        rows = [encoding.ids for encoding in tokens]
        budget = BATCH_TOKENS.get(self._device, BATCH_TOKENS["cuda"])
        for batch in token_batches([len(row) for row in rows], budget=budget):
            of_batch = [rows[row] for row in batch]
            states = self.layers.states(of_batch).float()
            yield [first + row for row in batch], [len(row) for row in of_batch], states

    def _add(self, sums: "Tensor", places: list[int], lengths: list[int], states: "Tensor") -> None:
        """Add up each text's states where they lie; nothing waits for it."""
        owner = self._sent(np.repeat(places, lengths), self._device)
        with self._torch.inference_mode():
            sums.index_add_(0, owner, states)

    def _tokenised(self, texts: Sequence[str], tokenise: Tokenise) -> Iterator[_Part]:
        """The texts part by part; the next part is on its way while one is worked on."""

        def part_from(first: int) -> _Part:
            part = texts[first : first + PART_TEXTS]
            prefixed = as_read(part, prefix=self._prefix, max_tokens=self._max_tokens)
            return first, prefixed, tokenise(prefixed)

        coming: Future[_Part] | None = None
        for first in range(0, len(texts), PART_TEXTS):
            part = coming.result() if coming else part_from(first)
            behind = first + PART_TEXTS
            coming = self._ahead.submit(part_from, behind) if behind < len(texts) else None
            yield part
