"""How the models that settings name do on held-out texts, as their folders say."""

import msgspec

from models.scorer import heads_folder
from schemas.model_figures import ModelFigures, read_figures


def figures_of(model: str, model_version: str) -> tuple[ModelFigures, ...]:
    """The figures of a model, or nothing where its folder has none of that version.

    model: as in models.scorer.load_scorer. model_version: that its scores bear. Raises ModelError.
    """
    backend, folder = model.partition(":")[0], heads_folder(model)
    found = read_figures(folder) if folder else None
    if found is None or found.model_version != model_version.removesuffix(f"+{backend}"):
        return ()
    # Other arithmetic bears another version; it differs by rounding alone.
    return (msgspec.structs.replace(found, model_version=model_version),)
