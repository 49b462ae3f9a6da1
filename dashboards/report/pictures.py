"""Charts as SVG, drawn by a process of its own: `python -m dashboards.report.pictures`.

The process speaks JSON: specifications in, SVG out. Its time zone is the reader's, in which
Vega writes times; and the memory that drawing takes goes with it. Few draw at a time, however many
reports are asked for: each takes some hundred megabytes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Semaphore
from typing import Any, Final

from dashboards.charts import Chart
from dashboards.report.sheet import Picture
from schemas.errors import ReportError

WIDE_PX: Final = 680
HALF_PX: Final = 320
TIMEOUT_S: Final = 120
AT_ONCE: Final = 2
_turns: Final = Semaphore(AT_ONCE)
_FONTS: Final = "Noto Sans, DejaVu Sans, sans-serif"
_TEXT: Final = "#1b2533"
_QUIET: Final = "#566173"
_LINE: Final = "#dde3ea"
_CONFIG: Final = {
    "font": _FONTS,
    "axis": {
        "labelColor": _QUIET,
        "gridColor": _LINE,
        "domainColor": _LINE,
        "tickColor": _LINE,
        "labelFontSize": 11,
    },
    "legend": {"labelColor": _TEXT, "labelFontSize": 11},
    "text": {"color": _TEXT},
    "view": {"stroke": None},
}


def drawn(pictures: Sequence[Picture], *, zone: str) -> list[str]:
    """The pictures as SVG, in order. zone: name of the reader's time zone.

    Raises ReportError where they cannot be drawn.
    """
    if not pictures:
        return []
    specs = [_specification(one.chart, wide=one.wide) for one in pictures]
    try:
        with _turn():
            done = subprocess.run(
                [sys.executable, "-m", "dashboards.report.pictures"],
                input=json.dumps(specs),
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=True,
                env={**os.environ, "TZ": zone},
            )
    except subprocess.TimeoutExpired as error:
        raise ReportError(f"the charts were not drawn within {TIMEOUT_S} s; try again") from error
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no message"])[-1]
        raise ReportError(f"the charts could not be drawn: {last[:300]}") from error
    found: list[str] = json.loads(done.stdout)
    return found


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until few others draw. Raises ReportError where that takes too long."""
    if not _turns.acquire(timeout=TIMEOUT_S):
        raise ReportError("too many reports are being made at once; try again")
    try:
        yield
    finally:
        _turns.release()


def _specification(chart: Chart, *, wide: bool) -> dict[str, Any]:
    """The chart with its data, in a size and with colours for paper."""
    config = {**chart.spec.get("config", {})}
    merged = {
        name: {**value, **config.get(name, {})} if isinstance(value, dict) else value
        for name, value in _CONFIG.items()
    }
    return {
        **chart.spec,
        "config": {**config, **merged},
        "data": {"values": chart.rows},
        "width": WIDE_PX if wide else HALF_PX,
        "autosize": {"type": "fit-x", "contains": "padding"},
    }


def main() -> None:
    """Draw what comes in."""
    import vl_convert

    # Nothing that a specification names is fetched.
    drawing = [
        vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]) for spec in json.load(sys.stdin)
    ]
    json.dump(drawing, sys.stdout)


if __name__ == "__main__":
    main()
