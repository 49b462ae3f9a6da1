"""A sheet as PDF, by Typst: it shapes Arabic and Devanagari, breaks Chinese lines, embeds fonts.

All text reaches it as data, which Typst never reads as markup. Letters that its own fonts lack come
from the fonts of the machine; Debian has them in `fonts-noto-core` and `fonts-noto-cjk`.
"""

import json
import re
from importlib import resources
from typing import Any, Final

from dashboards.report.pictures import drawn
from dashboards.report.sheet import Quote, Sheet
from schemas.errors import ReportError

# By this name Typst knows where to begin.
_MAIN: Final = "main.typ"
_LANGUAGE: Final = re.compile("[a-z]{2,3}")


def pdf(sheet: Sheet, *, zone: str) -> bytes:
    """The sheet as a PDF of one page. zone: name of the reader's time zone. Raises ReportError."""
    try:
        import typst
    except ImportError as error:
        raise ReportError("reports need the package typst; install Groundswell anew") from error
    svgs = drawn(sheet.pictures, zone=zone)
    template = resources.files("dashboards.report").joinpath(_MAIN).read_bytes()
    files = {f"picture-{number}.svg": svg.encode() for number, svg in enumerate(svgs)}
    try:
        # Typst takes several files by name, though its types do not say so.
        sources: Any = {_MAIN: template, **files}
        made: bytes = typst.compile(sources, sys_inputs={"sheet": json.dumps(_data(sheet))})
    except typst.TypstError as error:
        raise ReportError(f"the report could not be typeset: {str(error)[:300]}") from error
    return made


def _data(sheet: Sheet) -> dict[str, Any]:
    """The sheet as plain values."""
    return {
        "lang": sheet.lang,
        "title": sheet.title,
        "lines": list(sheet.lines),
        "facts": [
            {"label": one.label, "value": one.value, "notes": list(one.notes)}
            for one in sheet.facts
        ],
        "rows": [list(row) for row in sheet.rows],
        "pictures": [
            {"title": one.title, "wide": one.wide, "file": f"picture-{number}.svg"}
            for number, one in enumerate(sheet.pictures)
        ],
        "quotes_title": sheet.quotes_title,
        "quotes": [_quote(one) for one in sheet.quotes],
        "footer": sheet.footer,
    }


def _quote(quote: Quote) -> dict[str, str]:
    lang = quote.lang if _LANGUAGE.fullmatch(quote.lang) else ""
    return {
        "about": quote.about,
        "text": quote.text,
        "lang": lang,
        "sentiment": quote.sentiment,
        "direction": quote.direction,
    }
