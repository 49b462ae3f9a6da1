"""What stands on the sheet. Every text may be hostile: it is typeset as it is, never as markup."""

from dataclasses import dataclass

from dashboards.charts import Chart
from schemas.direction import LEFT_TO_RIGHT


@dataclass(frozen=True, slots=True)
class Fact:
    """A number as people read it, with what it is and what is said of it."""

    label: str
    value: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart under a title; wide ones take the whole width, others half of it."""

    title: str
    chart: Chart
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A post. lang: its language's code. direction: see schemas/direction.py."""

    about: str
    text: str
    lang: str = ""
    sentiment: str = ""
    direction: str = LEFT_TO_RIGHT


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page. lines: below the title. rows: of a table, the first are its heads.

    footer: where it comes from, in small print.
    """

    title: str
    lines: tuple[str, ...]
    footer: str
    facts: tuple[Fact, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    pictures: tuple[Picture, ...] = ()
    quotes_title: str = ""
    quotes: tuple[Quote, ...] = ()
    lang: str = "en"
