"""Writes down how a model version does on held-out texts, for the page to read."""

from collections.abc import Callable
from datetime import UTC, datetime

from schemas.errors import StoreError
from schemas.model_figures import FIGURE_COLUMNS, FIGURES_TABLE, ModelFigures
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect


def store_figures(
    url: str, figures: ModelFigures, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Write all of a version's rows, in the place of earlier ones. Raises StoreError."""
    moment = now()
    rows = [
        (figures.model_version, *(getattr(row, name) for name in FIGURE_COLUMNS[1:]), moment)
        for row in figures.sentiment
    ]
    if not rows:
        return
    names = ", ".join((*FIGURE_COLUMNS, "at"))
    try:
        with connect(url) as client:
            client.execute(
                f"INSERT INTO {FIGURES_TABLE} ({names}) VALUES", rows, settings={"async_insert": 0}
            )
    except CLICKHOUSE_ERRORS as error:
        raise StoreError(f"the figures of the model cannot be written down ({error})") from error
