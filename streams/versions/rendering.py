"""Versions as text for a terminal: nothing in a post or a name can steer it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.backtest import TriedIncident
from schemas.scores import SENTIMENTS
from schemas.versions import Promotion
from streams.dead_letters.rendering import escaped
from streams.versions.agreement import FEW, Agreement, Estimate, Part, most_different
from streams.versions.comparing import Comparison, Day, Example
from streams.versions.labelled import LabelledFigures
from streams.versions.stored import StoredVersion

MOST_PARTS = 12
_QUOTE_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table to print. title: a line above it. wide: the column that may break over lines."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: int = -1


def versions_table(found: Sequence[StoredVersion], active: str, now: datetime) -> TextTable:
    """All versions in the store, and which is active."""
    columns = ("version", "", "mentions", "posts from", "to", "scored last", "net", "sha256")
    rows = tuple(
        (
            item.version,
            ", ".join(_marks(item, active, now)),
            f"{item.mentions:,}",
            _day(item.first),
            _day(item.last),
            _time(item.scored_last),
            _signed((item.positive - item.negative) / item.mentions if item.mentions else 0.0),
            ", ".join(sha[:8] for sha in item.sha256),
        )
        for item in found
    )
    return _table("", columns, rows)


def promotions_table(promotions: Sequence[Promotion]) -> TextTable:
    """What was promoted, the latest first."""
    columns = ("no.", "at (UTC)", "action", "version", "by", "why")
    rows = (
        (
            str(item.number),
            _time(item.at),
            item.action.value,
            item.model_version,
            item.who,
            item.why,
        )
        for item in reversed(promotions)
    )
    return _table("promotions", columns, rows, wide=5)


def comparison_tables(found: Comparison) -> Iterator[TextTable]:
    """A comparison, table by table."""
    if found.overall is not None:
        yield _overall(found, found.overall)
    for dimension, title in (("brand", "by brand"), ("lang", "by language"), ("topic", "by topic")):
        own = most_different(found.parts, dimension, most=MOST_PARTS)
        if own:
            yield _parts(f"{title}, what differs most first", own)
    if found.days:
        yield _days(found.days)
    if found.examples:
        yield _examples(found.examples)
    if found.labelled:
        yield _labelled(found.labelled)
    if found.alerts is not None:
        alerts = found.alerts
        title = f"incidents of that time: {alerts.stay} open under both"
        rows = (*_incidents("appears", alerts.appear), *_incidents("vanishes", alerts.vanish))
        yield _table(title, ("", "opened (UTC)", "brand", "kind", "what happened"), rows, wide=4)


def _overall(found: Comparison, told: Agreement) -> TextTable:
    kappa = _interval(told.kappa, places=2) if told.kappa else "none: both always say one thing"
    rows = (
        ("mentions that both scored", f"{told.mentions:,}"),
        ("agreement", _percent(told.same)),
        ("Cohen's kappa", kappa),
        ("net sentiment, first", _net(told.first)),
        ("net sentiment, second", _net(told.second)),
        ("its change", _net(told.shift)),
        *(
            (
                f"first says {name}",
                ", ".join(
                    f"{count:,} {other}" for count, other in zip(line, SENTIMENTS, strict=True)
                ),
            )
            for name, line in zip(SENTIMENTS, told.counts, strict=True)
        ),
    )
    span = f"{_time(found.since)} to {_time(found.until)} UTC"
    return _table(f"first {found.first}, second {found.second}, {span}", ("", ""), rows)


def _parts(title: str, parts: Sequence[Part]) -> TextTable:
    rows = (
        (
            part.value,
            f"{part.agreement.mentions:,}" + (" (few)" if part.agreement.mentions < FEW else ""),
            _percent(part.agreement.same),
            f"{part.agreement.kappa.value:.2f}" if part.agreement.kappa else "none",
            _net(part.agreement.first),
            _net(part.agreement.second),
            _net(part.agreement.shift),
        )
        for part in parts
    )
    columns = ("", "mentions", "agreement", "kappa", "net, first", "net, second", "change")
    return _table(title, columns, rows)


def _days(days: Sequence[Day]) -> TextTable:
    rows = (
        (
            f"{day.day:%Y-%m-%d}",
            f"{sum(day.first):,}",
            _signed(_net_of(day.first)),
            _signed(_net_of(day.second)),
            _signed(_net_of(day.second) - _net_of(day.first)),
        )
        for day in days
    )
    title = "restated: net sentiment as people see it while either is active"
    return _table(title, ("day", "mentions", "first", "second", "change"), rows)


def _examples(examples: Sequence[Example]) -> TextTable:
    rows = (
        (
            item.brand,
            item.lang,
            f"{item.first} {_signed(item.points_first)}",
            f"{item.second} {_signed(item.points_second)}",
            _quote(item.text),
        )
        for item in examples
    )
    columns = ("brand", "language", "first", "second", "text")
    return _table("the largest differences", columns, rows, wide=4)


def _labelled(found: Sequence[LabelledFigures]) -> TextTable:
    rows = (
        (
            item.lang or "all",
            item.version,
            f"{item.texts:,}",
            f"{item.accuracy:.3f}",
            f"{item.macro_f1:.3f}",
            f"{item.calibration_error:.3f}",
            f"{item.surprise:.3f}",
        )
        for item in sorted(found, key=lambda item: (item.lang != "", item.lang))
    )
    columns = ("language", "version", "texts", "accuracy", "macro-F1", "ECE", "-ln p")
    return _table("on labelled texts", columns, rows)


def _incidents(what: str, found: Iterable[TriedIncident]) -> Iterator[tuple[str, ...]]:
    for item in found:
        yield what, _time(item.opened_at), item.brand, item.kind.value, item.sentence


def _marks(item: StoredVersion, active: str, now: datetime) -> Iterator[str]:
    if item.version == active:
        yield "active"
    if item.is_live(now):
        yield "scoring"


def _table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, wide: int = -1
) -> TextTable:
    cells = tuple(tuple(escaped(cell) for cell in row) for row in rows)
    return TextTable(escaped(title), tuple(columns), cells, wide)


def _net_of(counts: Sequence[int]) -> float:
    return (counts[2] - counts[0]) / sum(counts) if sum(counts) else 0.0


def _percent(found: Estimate) -> str:
    return f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"


def _interval(found: Estimate, *, places: int) -> str:
    return f"{found.value:.{places}f} ({found.low:.{places}f} to {found.high:.{places}f})"


def _net(found: Estimate) -> str:
    return f"{_signed(found.value)} ({_signed(found.low)} to {_signed(found.high)})"


def _signed(value: float) -> str:
    return f"{100 * value:+.1f}"


def _quote(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTE_CHARACTERS else line[:_QUOTE_CHARACTERS] + "…"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
