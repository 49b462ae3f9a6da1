"""Whether the models that the settings name can be read at all, before anything starts."""

from typing import Final

from compose.settings import Settings, setting_named
from models.manifest import MANIFEST, read_manifest
from models.scorer import heads_folder
from schemas.errors import ModelError

_NAMES: Final = ("model", "shadow_model")


def check_models(settings: Settings) -> None:
    """Raise ModelError for a model whose folder is missing, or not what its manifest says.

    Whether a server answers and an encoder loads is the worker's to find out.
    """
    for name in _NAMES:
        model = getattr(settings, name)
        folder = heads_folder(model) if model else None
        if folder is None or (model.startswith("torch:") and not (folder / MANIFEST).exists()):
            continue  # the stub has no folder; the worker says what an old export for torch lacks
        try:
            read_manifest(folder)
        except ModelError as error:
            raise ModelError(f"{setting_named(name).flag} {model}: {error}") from error
