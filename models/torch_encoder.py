"""The torch backend: any Hugging Face encoder on CPU or CUDA.  Needs the extra `torch`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import readable, token_batches, unit_rows
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
        self.dimension: int = model.config.hidden_size

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings, as models.encoder.Encoder says."""
        prefixed = [self._prefix + readable(text, max_tokens=self._max_tokens) for text in texts]
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(prefixed)]
        embeddings = np.empty((len(rows), self.dimension), np.float32)
        budget = BATCH_TOKENS.get(self._device, BATCH_TOKENS["cuda"])
        for batch in token_batches([len(row) for row in rows], budget=budget):
            embeddings[batch] = self._encode_batch([rows[row] for row in batch])
        return unit_rows(embeddings)

    def _encode_batch(self, rows: Sequence[Sequence[int]]) -> NDArray[Any]:
        torch = self._torch
        longest = max(len(row) for row in rows)
        padded = torch.tensor([[*row, *[self._pad] * (longest - len(row))] for row in rows])
        lengths = torch.tensor([len(row) for row in rows])
        mask = (torch.arange(longest) < lengths[:, None]).to(self._device)
        with torch.inference_mode():
            hidden = self._model(
                input_ids=padded.to(self._device), attention_mask=mask.long()
            ).last_hidden_state
            summed = (hidden.float() * mask[..., None]).sum(dim=1)
        means: NDArray[Any] = (summed.cpu() / lengths[:, None]).numpy()
        return means
