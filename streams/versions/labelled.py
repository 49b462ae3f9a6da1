"""How two models do on texts whose sentiment is known."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from models.training.measures import Floats, Labels, calibration_error, macro_f1
from schemas.errors import SettingsError
from schemas.scores import SENTIMENTS
from streams.text_scorer import TextScorer

MAX_TEXTS: Final = 200_000
_BATCH: Final = 256
_LEAST_LIKELY: Final = 1e-9


class LabelledText(msgspec.Struct, frozen=True):
    """One line of the file; other fields are passed over. lang: "und" where it is not known."""

    text: str
    label: str
    lang: str = "und"


class LabelledFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One version on all labelled texts, or on those of a language (lang "" for all).

    accuracy, macro_f1, calibration_error (expected, over 15 bins): within [0, 1]. surprise: mean of
    -ln of the probability of the label.
    """

    version: str
    lang: str
    texts: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    surprise: float


def read_labelled(path: Path) -> list[LabelledText]:
    """The lines of a JSONL file. Raises SettingsError that names the line."""
    found = []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                found.append(_read(line, f"--labelled {path}, line {number}"))
                if len(found) > MAX_TEXTS:
                    raise SettingsError(f"--labelled {path} has more than {MAX_TEXTS} texts")
    except OSError as error:
        raise SettingsError(
            f"--labelled {path} cannot be read ({error.strerror}); name a file of JSON lines"
        ) from error
    if not found:
        raise SettingsError(f'--labelled {path} is empty; write {{"text": …, "label": …}} a line')
    return found


def _read(line: bytes, place: str) -> LabelledText:
    try:
        found = msgspec.json.decode(line, type=LabelledText)
    except msgspec.DecodeError as error:
        raise SettingsError(
            f'{place} is no labelled text ({error}); write {{"text": …, "label": …}}'
        ) from error
    if found.label not in SENTIMENTS:
        raise SettingsError(f"{place}: label {found.label!r} is none of {', '.join(SENTIMENTS)}")
    return found


def figures(scorer: TextScorer, texts: Sequence[LabelledText]) -> list[LabelledFigures]:
    """How the scorer does on all texts, and on each language, most texts first."""
    labels = np.array([SENTIMENTS.index(text.label) for text in texts], np.int64)
    probabilities = np.concatenate(list(_scored(scorer, texts)))
    langs = [text.lang for text in texts]
    names = sorted(set(langs), key=lambda lang: (-langs.count(lang), lang))
    told = [_figures(scorer.model_version, "", labels, probabilities)]
    for lang in names if len(names) > 1 else ():
        rows = np.array([other == lang for other in langs])
        told.append(_figures(scorer.model_version, lang, labels[rows], probabilities[rows]))
    return told


def _scored(scorer: TextScorer, texts: Sequence[LabelledText]) -> Iterator[Floats]:
    for start in range(0, len(texts), _BATCH):
        some = texts[start : start + _BATCH]
        yield scorer.score([text.text for text in some], [text.lang for text in some]).probabilities


def _figures(version: str, lang: str, labels: Labels, probabilities: Floats) -> LabelledFigures:
    guesses = probabilities.argmax(axis=1)
    likely = probabilities[np.arange(len(labels)), labels]
    return LabelledFigures(
        version=version,
        lang=lang,
        texts=len(labels),
        accuracy=float((guesses == labels).mean()),
        macro_f1=macro_f1(labels, guesses),
        calibration_error=calibration_error(labels, probabilities),
        surprise=float(-np.log(np.maximum(likely, _LEAST_LIKELY)).mean()),
    )
