"""How the models that settings name do on held-out texts, as their folders say."""

from pathlib import Path

import msgspec

from models.scorer import SHIPPED
from schemas.model_figures import ModelFigures, read_figures


def figures_of(model: str, model_version: str) -> tuple[ModelFigures, ...]:
    """The figures of a model, or nothing where its folder has none of that version.

    model: as in models.scorer.load_scorer. model_version: that its scores bear. Raises ModelError.
    """
    backend, _, where = model.partition(":")
    shipped = model == "shipped" or (backend in {"vllm", "torch"} and bool(where))
    found = read_figures(SHIPPED if shipped else Path(model))
    if found is None or found.model_version != model_version.removesuffix(f"+{backend}"):
        return ()
    # Other arithmetic bears another version; it differs by rounding alone.
    return (msgspec.structs.replace(found, model_version=model_version),)
