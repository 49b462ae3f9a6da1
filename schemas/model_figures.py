"""How a model does on held-out labelled texts: the file beside its manifest, and a small table.

The model's folder says it (`figures.json`); whoever scores with the model writes it down in
ClickHouse, so that it is known of every version that was ever in use.
"""

from pathlib import Path
from typing import Annotated, Final

import msgspec

from schemas.errors import ModelError

FIGURES_FILE: Final = "figures.json"
FIGURES_TABLE: Final = "model_figures"

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class HeldOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sentiment of whole texts in one language of one set of labelled texts.

    lang: ISO 639 code, perhaps with a region. calibration_error: expected calibration error.
    trained: whether other texts of the set were trained on.
    """

    source: str
    lang: str
    texts: Annotated[int, msgspec.Meta(ge=1)]
    accuracy: Share
    macro_f1: Share
    calibration_error: Share
    trained: bool


class ModelFigures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model folder says of its sentiment, by set and language."""

    model_version: str
    sentiment: tuple[HeldOut, ...]


FIGURE_COLUMNS: Final = ("model_version", *HeldOut.__struct_fields__)


def read_figures(folder: Path) -> ModelFigures | None:
    """What a model's folder says; None where it says nothing.

    Raises ModelError for a file that is none of these.
    """
    path = folder / FIGURES_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=ModelFigures)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); restore it") from error
    except msgspec.DecodeError as error:
        raise ModelError(f"{path} holds no figures ({error}); restore it or delete it") from error


def write_figures(folder: Path, figures: ModelFigures) -> None:
    """Write them beside the manifest."""
    content = msgspec.json.format(msgspec.json.encode(figures), indent=2)
    (folder / FIGURES_FILE).write_bytes(content + b"\n")
