"""The report of an evaluation, as one page of HTML without anything from outside."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.heads import Heads
from models.sentiment import softmax
from models.training.labelled import UNKNOWN
from models.training.measures import reliability
from models.training.measuring import Answers, Figure
from schemas.scores import SENTIMENTS

WORST: Final = 25
STYLE: Final = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:68rem;padding:0 1rem}
body{color:#1d2733}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}
td,th{padding:.2rem .7rem;border-bottom:1px solid #d8dee6;text-align:right}
td:first-child,th:first-child,td.text{text-align:left}
.better{color:#0b6e4f}.worse{color:#a3262a}
svg{background:#f6f8fa;border-radius:6px}
@media(prefers-color-scheme:dark){body{background:#14191f;color:#dfe6ee}td,th{border-color:#323c48}
svg{background:#1d252e}.better{color:#5fd0a5}.worse{color:#f08a8d}}
"""

Key = tuple[str, str, str]
Floats = NDArray[np.float32]


def report_page(
    title: str,
    after: Sequence[Figure],
    before: Sequence[Figure],
    answers: Mapping[str, Answers],
    heads: Heads,
) -> str:
    """The page.

    after, before: figures of the model and of the one that it is compared with (may be empty).
    answers, heads: of the model, for the reliability plot and the worst examples.
    """
    return "\n".join(
        [
            "<!doctype html><html lang='en'><meta charset='utf-8'>",
            f"<title>{escape(title)}</title><style>{STYLE}</style>",
            f"<h1>{escape(title)}</h1>",
            *_figures(after, before),
            "<h2>Calibration of sentiment</h2>",
            "<p>Of all texts with a given confidence, the share that was right; on the line, the",
            "confidence means what it says.</p>",
            *_reliability(answers, heads),
            "<h2>Sentiment by label (rows) and answer (columns)</h2>",
            *_confusions(after),
            "<h2>The most certain mistakes</h2>",
            *_worst(answers, heads),
            "</html>",
        ]
    )


def _figures(after: Sequence[Figure], before: Sequence[Figure]) -> Iterable[str]:
    known: dict[Key, Figure] = {
        (figure.head, figure.source, figure.lang): figure for figure in before
    }
    for head in dict.fromkeys(figure.head for figure in after):
        yield f"<h2>{escape(head.capitalize())}</h2><table><tr><th>set<th>language<th>texts"
        yield "<th>macro-F1<th>before<th>change<th>accuracy<th>ECE<th>by chance</tr>"
        for figure in after:
            if figure.head != head:
                continue
            old = known.get((head, figure.source, figure.lang))
            yield (
                f"<tr><td>{escape(figure.source)}<td>{escape(figure.lang)}<td>{figure.texts}"
                f"<td>{100 * figure.macro_f1:.1f}{_change(figure, old)}"
                f"<td>{100 * figure.accuracy:.1f}<td>{figure.calibration_error:.3f}"
                f"<td>{figure.error_by_chance:.3f}</tr>"
            )
        yield "</table>"


def _change(figure: Figure, old: Figure | None) -> str:
    if old is None:
        return "<td>–<td>–"
    change = 100 * (figure.macro_f1 - old.macro_f1)
    kind = "better" if change > 0 else "worse"
    return f"<td>{100 * old.macro_f1:.1f}<td class='{kind}'>{change:+.1f}"


def _reliability(answers: Mapping[str, Answers], heads: Heads) -> Iterable[str]:
    shares, labels = _rated(answers, heads)
    points = reliability(labels, shares)
    yield "<svg viewBox='0 0 320 320' width='320' role='img' aria-label='Reliability plot'>"
    yield "<line x1='20' y1='300' x2='300' y2='20' stroke='#8794a3' stroke-dasharray='4'/>"
    for confidence, right, share in points:
        x, y = 20 + 280 * confidence, 300 - 280 * right
        yield f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{3 + 14 * share**0.5:.1f}' fill='#2f6fde' "
        yield f"fill-opacity='.6'><title>{confidence:.2f}: {right:.2f} right</title></circle>"
    yield "</svg>"


def _rated(answers: Mapping[str, Answers], heads: Heads) -> tuple[Floats, NDArray[np.int64]]:
    shares, labels = [np.empty((0, len(SENTIMENTS)), np.float32)], list[int]()
    for found in answers.values():
        places = [at for at, row in enumerate(found.rows) if row.sentiment != UNKNOWN]
        if places:
            langs = [found.rows[at].lang for at in places]
            shares.append(heads.sentiment.probabilities(found.embeddings[places], langs))
            labels += [found.rows[at].sentiment for at in places]
    return np.concatenate(shares), np.array(labels, np.int64)


def _confusions(figures: Sequence[Figure]) -> Iterable[str]:
    by_source: dict[str, NDArray[np.int64]] = {}
    for figure in figures:
        if figure.head == "sentiment":
            before = by_source.get(figure.source, np.zeros_like(figure.confusion))
            by_source[figure.source] = before + figure.confusion
    for source, counts in by_source.items():
        heads = "".join(f"<th>{name}" for name in SENTIMENTS)
        yield f"<table><tr><th>{escape(source)}{heads}</tr>"
        for name, row in zip(SENTIMENTS, counts.tolist(), strict=True):
            yield f"<tr><td>{name}{''.join(f'<td>{count}' for count in row)}</tr>"
        yield "</table>"


def _worst(answers: Mapping[str, Answers], heads: Heads) -> Iterable[str]:
    """The texts whose label the model thought least likely."""
    found = []
    for source, of_set in answers.items():
        for at, row in enumerate(of_set.rows):
            if row.sentiment != UNKNOWN and row.certainty >= 1:
                shares = softmax(of_set.sentiment[at : at + 1] / heads.sentiment.temperatures[-1])[
                    0
                ]
                found.append((float(shares[row.sentiment]), source, row, int(shares.argmax())))
    yield "<table><tr><th>text<th>set<th>label<th>answer<th>P(label)</tr>"
    for share, source, row, guess in sorted(found, key=lambda item: item[0])[:WORST]:
        yield (
            f"<tr><td class='text' dir='auto'>{escape(row.text[:300])}<td>{escape(source)}"
            f"<td>{SENTIMENTS[row.sentiment]}<td>{SENTIMENTS[guess]}<td>{share:.3f}</tr>"
        )
    yield "</table>"
