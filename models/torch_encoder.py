"""The torch backend: any Hugging Face encoder on CPU or CUDA.  Needs the extra `torch`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoding, readable, token_batches, unit_rows
from models.onnx_encoder import load_tokenizer
from schemas.errors import ModelError

BATCH_TOKENS: Final = {"cpu": 1024, "cuda": 32_768}


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
            from transformers import AutoModel
        except ImportError as error:
            raise ModelError(
                f"the torch backend needs torch and transformers ({error}); "
                "run: pip install 'groundswell[torch]'"
            ) from error
        self._torch = torch
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        kind = torch.bfloat16 if self._device == "cuda" else torch.float32
        try:
            model = AutoModel.from_pretrained(str(folder), local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelError(f"{folder} is no Hugging Face encoder ({error})") from error
        self._model = model.to(device=self._device, dtype=kind).eval()
        self._tokenizer = load_tokenizer(folder / "tokenizer.json", max_tokens=max_tokens)
        self._pad = model.config.pad_token_id or 0
        self._prefix = prefix
        self._max_tokens = max_tokens
        self.name = f"torch-{self._device}:{folder.name}"
        self.gives_states = True
        self.dimension: int = model.config.hidden_size

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings, as models.encoder.Encoder says."""
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch(self._readable(texts))]
        embeddings = np.empty((len(rows), self.dimension), np.float32)
        for batch in self._batches(rows):
            states, mask = self._states([rows[row] for row in batch])
            # Summed where it lies: only one vector a text leaves the device.
            embeddings[batch] = (states * mask[..., None]).sum(dim=1).cpu().numpy()
        return unit_rows(embeddings)

    def read(self, texts: Sequence[str]) -> Encoding:
        """States, as models.encoder.Encoder says."""
        as_read = self._readable(texts)
        tokens = self._tokenizer.encode_batch(as_read)
        rows = [encoding.ids for encoding in tokens]
        embeddings = np.empty((len(rows), self.dimension), np.float32)
        found: list[NDArray[np.float32]] = [embeddings] * len(rows)
        for batch in self._batches(rows):
            states = self._states([rows[row] for row in batch])[0].cpu().numpy()
            for row, of_text in zip(batch, states, strict=True):
                found[row] = of_text[: len(rows[row])]
                embeddings[row] = found[row].sum(axis=0)
        offsets = [encoding.offsets for encoding in tokens]
        return Encoding(unit_rows(embeddings), as_read, found, offsets)

    def _readable(self, texts: Sequence[str]) -> list[str]:
        return [self._prefix + readable(text, max_tokens=self._max_tokens) for text in texts]

    def _batches(self, rows: Sequence[Sequence[int]]) -> list[list[int]]:
        budget = BATCH_TOKENS.get(self._device, BATCH_TOKENS["cuda"])
        return token_batches([len(row) for row in rows], budget=budget)

    def _states(self, rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """Token states of texts as padded tensors, and which tokens are of a text."""
        torch = self._torch
        longest = max(len(row) for row in rows)
        padded = torch.tensor([[*row, *[self._pad] * (longest - len(row))] for row in rows])
        lengths = torch.tensor([len(row) for row in rows])
        mask = (torch.arange(longest) < lengths[:, None]).to(self._device)
        with torch.inference_mode():
            states = self._model(
                input_ids=padded.to(self._device), attention_mask=mask.long()
            ).last_hidden_state
        return states.float(), mask
