"""How bad an incident is."""

from typing import Any

import pytest

from schemas.alert import Kind, Severity
from streams.alerts.severity import severity_of, worse
from tests.streams.alerts.findings import finding

VOLUME: dict[str, Any] = {"seen": 100.0, "expected": 50.0}


@pytest.mark.parametrize(
    ("shown", "lasting_min", "expected"),
    [
        ({**VOLUME}, 0, "notice"),
        ({"seen": 200.0}, 0, "notice"),
        ({"seen": 500.0}, 0, "serious"),
        ({"seen": 500.0, "share": 0.8}, 0, "critical"),
        ({"seen": 200.0, "share": 0.6}, 0, "serious"),
        ({"seen": 200.0, "reach": 2e6}, 0, "serious"),
        ({"seen": 200.0, "reach": 2e7}, 0, "serious"),
        ({"seen": 500.0, "reach": 2e7}, 0, "critical"),
        ({**VOLUME}, 400, "serious"),
        ({"seen": 500.0, "share": 0.8, "posts": 6}, 999, "notice"),
        ({"kind": Kind.NEGATIVE, "seen": 40.0, "share": 0.8}, 0, "serious"),
        ({"kind": Kind.SILENCE, "seen": 0.0}, 30, "notice"),
        ({"kind": Kind.SILENCE, "seen": 0.0}, 400, "serious"),
    ],
)
def test_points_add_up(shown: dict[str, Any], lasting_min: float, expected: str):
    """What is seen over what was expected, the share, reach and time; a handful stays a notice."""
    assert severity_of([finding(**shown)], lasting_min=lasting_min).value == expected


def test_the_worst_part_counts():
    """One loud topic makes the whole incident serious; severities have an order."""
    both = [finding(**VOLUME), finding(topic="price", seen=900.0, share=0.9)]
    assert severity_of(both, lasting_min=0) is Severity.CRITICAL
    assert worse(Severity.CRITICAL, Severity.NOTICE)
    assert not worse(Severity.NOTICE, Severity.NOTICE)
