"""A table of the played scenarios at the end of a test run: scenario, figures, verdict.

A test names its scenario by the marker `scenario` and notes what it measured through the fixture
`figure`.  Both travel with the test's report, also from processes of their own.
"""

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

Figure = Callable[[str], None]

_WIDTHS = (22, 76)


@dataclass
class Played:
    """What the tests of one scenario found."""

    figures: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    passed: int = 0

    @property
    def verdict(self) -> str:
        """One word, or the names of what failed."""
        if self.failed:
            return f"FAILED: {', '.join(self.failed)}"
        return "passed" if self.passed else f"skipped: {self.skipped[0]}"


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Call it with what was measured, as a short phrase."""
    return lambda text: record_property("figure", text)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the report say which scenario the test plays."""
    marker = item.get_closest_marker("scenario")
    if marker is not None:
        item.user_properties.append(("scenario", marker.args[0]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the table, if any scenario was played."""
    reports = [
        report
        for outcome in ("passed", "failed", "error", "skipped")
        for report in terminalreporter.stats.get(outcome, ())
        if isinstance(report, pytest.TestReport)
    ]
    played = collect(reports)
    if not played:
        return
    terminalreporter.section("fault scenarios")
    for line in table(played):
        terminalreporter.write_line(line)


def collect(reports: Iterable[pytest.TestReport]) -> dict[str, Played]:
    """What was found, by scenario; reports: of each test, and of each set-up that went wrong."""
    played: dict[str, Played] = {}
    for report in reports:
        names = [str(value) for key, value in report.user_properties if key == "scenario"]
        for name in names:
            found = played.setdefault(name, Played())
            found.figures += [str(text) for key, text in report.user_properties if key == "figure"]
            test = report.nodeid.rpartition("::")[2]
            if report.failed:
                found.failed.append(test)
            elif report.skipped:
                reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
                found.skipped.append(reason.removeprefix("Skipped: "))
            else:
                found.passed += 1
    return played


def table(played: dict[str, Played]) -> list[str]:
    """The lines of the table, long figures on several lines."""
    left, middle = _WIDTHS
    lines = [f"{'scenario':<{left}}  {'figures':<{middle}}  verdict"]
    for name, found in sorted(played.items()):
        parts = textwrap.wrap("; ".join(found.figures), middle) or [""]
        lines.append(f"{name:<{left}}  {parts[0]:<{middle}}  {found.verdict}")
        lines += [f"{'':<{left}}  {part}" for part in parts[1:]]
    return lines
