"""Log lines that others' words are in."""

import logging
import sys

import pytest

from compose.logs import PlainFormatter, begin_log

HOSTILE = "Ann\n2026-01-01 00:00:00,000 ERROR all is lost\x1b]0;title\x07\u202e\ud800"


def line(message: str, *arguments: object, exc_info: object = None) -> str:
    """What is logged of an event."""
    record = logging.LogRecord("part", logging.INFO, "", 0, message, arguments, exc_info)  # type: ignore[arg-type]
    return PlainFormatter("%(levelname)s %(message)s").format(record)


def test_an_event_is_one_line_of_plain_text():
    """Whoever saves a watchlist names themselves."""
    told = line("watching what %s saved, größer", HOSTILE)
    assert told.isprintable()
    assert told.startswith("INFO watching what Ann\\n2026")
    assert told.endswith("\\ud800 saved, größer")


def test_a_traceback_is_no_event():
    """It keeps its lines, each of them set off."""

    def fail() -> None:
        raise ValueError(HOSTILE)

    try:
        fail()
    except ValueError:
        first, *rest = line("failed", exc_info=sys.exc_info()).split("\n")
    assert first == "INFO failed"
    assert rest[0].startswith("  Traceback")
    assert all(one.startswith("  ") and one.isprintable() for one in rest)


def test_the_root_logger_writes_so(monkeypatch: pytest.MonkeyPatch):
    """What the libraries log, too."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    begin_log("warning")
    [handler] = root.handlers
    assert isinstance(handler.formatter, PlainFormatter)
    assert root.level == logging.WARNING
