"""Collects an incident's evidence from ClickHouse: the only file here that talks to it."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from types import TracebackType
from typing import Any, Final, Self, cast

from schemas.alert import Alert, Kind
from schemas.errors import StoreError
from schemas.evidence import Evidence, ModelChange, OffsetRange
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.evidence import questions
from streams.evidence.carriers import Part
from streams.evidence.findings import Counts, Findings, evidence
from streams.evidence.posts import ReadPost
from streams.evidence.questions import Question, Subject

MAX_WINDOW: Final = timedelta(hours=20)
MIN_WINDOW: Final = timedelta(minutes=1)
MAX_POSTS: Final = 1_500
MAX_USUAL_POSTS: Final = 1_500
# Fewer usual posts of a language cannot tell its stop words: other brands' posts help out.
_FEW: Final = 40
_LANG_SHARE: Final = 0.05
_MARGIN: Final = timedelta(hours=1)
# So long before an incident a change of the model version may have to do with it.
_SINCE_CHANGE: Final = timedelta(hours=1)
_LIMITS: Final = {
    "max_execution_time": 10,
    "max_result_rows": 20_000,
    "max_memory_usage": 1_000_000_000,
    "do_not_merge_across_partitions_select_final": 1,
    "readonly": 2,
}


class Collector:
    """Reads the posts of incidents. One thread at a time.

    url: ClickHouse's, such as clickhouse://host:9000/groundswell.
    """

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def collect(self, alert: Alert) -> Evidence:
        """The evidence from when it began (anew) to the end of its latest signal's window.

        The same table gives the same evidence. Raises StoreError, also for a window that takes
        too long to read.
        """
        until = max((signal.at for signal in alert.signals), default=alert.updated_at)
        since = alert.since_again or alert.since
        since = max(min(since, until - MIN_WINDOW), until - MAX_WINDOW)
        subject = Subject(alert.brand, since, until, alert.signals)
        counts = self._counts(subject)
        posts = self._posts(
            questions.posts(subject, (0,), margin=timedelta(), negative=False, most=MAX_POSTS)
        )
        offsets, versions = self._places(subject)
        return evidence(
            Findings(
                alert=alert,
                since=since,
                until=until,
                counts=counts,
                posts=posts,
                usual_posts=self._usual(subject, posts, negative=alert.kind is Kind.NEGATIVE),
                offsets=offsets,
                model_versions=versions,
                model_change=self._model_change(subject),
            )
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _counts(self, subject: Subject) -> Counts:
        # A day without posts has no row.
        posts: dict[int, dict[Part, int]] = {day: {} for day in (0, *questions.USUAL_DAYS)}
        negative: dict[int, dict[Part, int]] = {day: {} for day in posts}
        for day, dimension, value, count, bad in self._ask(questions.parts(subject)):
            posts[day][dimension, _text(value)] = count
            negative[day][dimension, _text(value)] = bad
        return Counts(posts=posts, negative=negative)

    def _usual(
        self, subject: Subject, posts: Sequence[ReadPost], *, negative: bool
    ) -> list[ReadPost]:
        """Posts of the same hours of earlier days; more of languages that these lack.

        On a brand's first day there are none: then those of the day before it began.
        """
        asked = questions.posts(
            subject,
            questions.USUAL_DAYS,
            margin=_MARGIN,
            negative=negative,
            most=MAX_USUAL_POSTS,
        )
        found = self._posts(asked)
        if not found:
            earlier = questions.before(subject, negative=negative, most=MAX_USUAL_POSTS)
            found = self._posts(earlier)
        langs = [post.lang for post in posts]
        known = [post.lang for post in found]
        lacking = [
            lang
            for lang in sorted(set(langs))
            if langs.count(lang) >= max(2, _LANG_SHARE * len(langs)) and known.count(lang) < _FEW
        ]
        if lacking:
            question = questions.others(
                subject.brand, lacking, before=subject.since, most=MAX_USUAL_POSTS // 2
            )
            found += self._posts(question)
        return found

    def _places(self, subject: Subject) -> tuple[list[OffsetRange], list[str]]:
        rows = self._ask(questions.places(subject))
        ranges = [
            OffsetRange(topic=_text(topic), partition=number, first=first, last=last, posts=posts)
            for topic, number, first, last, posts, _ in rows
        ]
        return ranges, sorted({_text(version) for row in rows for version in row[-1]})

    def _model_change(self, subject: Subject) -> ModelChange | None:
        """The latest change of the version that is seen, if it is as old as the incident."""
        rows = self._ask(Question(questions.PROMOTIONS, {}))
        for (_, _, before), (at, action, after) in reversed(list(pairwise(rows))):
            if at >= subject.until or action == "first":
                continue
            if at < subject.since - _SINCE_CHANGE or before == after:
                break
            ((posts, bad_before, bad_after),) = self._ask(questions.said(subject, before, after))
            return ModelChange(
                at=at,
                before=_text(before),
                after=_text(after),
                posts=posts,
                negative_before=bad_before,
                negative_after=bad_after,
            )
        return None

    def _posts(self, question: Question) -> list[ReadPost]:
        names = ReadPost.__dataclass_fields__
        return [
            ReadPost(**{name: _text(value) for name, value in zip(names, row, strict=True)})
            for row in self._ask(question)
        ]

    def _ask(self, question: Question) -> list[Any]:
        try:
            answer = self._client.execute(question.sql, question.parameters, settings=_LIMITS)
        except CLICKHOUSE_ERRORS as error:
            # Half an answer may still be on its way.
            self._client.disconnect()
            raise StoreError(f"an incident's posts cannot be read ({error})") from error
        return cast("list[Any]", answer)


def _text(value: Any) -> Any:  # noqa: ANN401 - a row's values are of many types
    """The driver hands over bytes where a value is no UTF-8."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
