"""What a check of the installation says."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How a check went."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result; remedy: what to do, empty when all is well."""

    what: str
    verdict: Verdict
    detail: str
    remedy: str = ""
