"""What was read about an incident, made into its evidence. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.alert import Alert, Kind
from schemas.evidence import Evidence, EvidencePost, ModelChange, OffsetRange, Phrase
from streams.evidence.carriers import ALL, Part, carriers, usual_counts
from streams.evidence.phrases import Document, distinguishing
from streams.evidence.posts import ReadPost, Voice, quote
from streams.evidence.representatives import far_reaching, representative
from streams.evidence.voices import fold

# Of the posts, so that one of the sentiments is the incident's.
_PREVAILS: Final = 0.6


@dataclass(frozen=True, slots=True)
class Counts:
    """Posts and negative posts by days ago (0: the incident's window) and part."""

    posts: Mapping[int, Mapping[Part, int]]
    negative: Mapping[int, Mapping[Part, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """posts: of the window, a sample where they are many. usual_posts: what is usually said."""

    alert: Alert
    since: datetime
    until: datetime
    counts: Counts
    posts: Sequence[ReadPost]
    usual_posts: Sequence[ReadPost]
    offsets: Sequence[OffsetRange]
    model_versions: Sequence[str]
    model_change: ModelChange | None = None


def evidence(found: Findings) -> Evidence:
    """The evidence; the order of the posts does not matter."""
    kind = found.alert.kind
    total = found.counts.posts.get(0, {}).get(ALL, 0)
    voices = fold(found.posts)
    # A sample stands for all: its numbers are scaled up.
    scale = max(total / max(len(found.posts), 1), 1.0)
    # What turned the mood is in the negative posts.
    telling = [
        voice
        for voice in voices
        if kind is not Kind.NEGATIVE or voice.first.sentiment == "negative"
    ]
    documents = _documents(telling)
    phrases = _without_names(
        distinguishing(documents, _documents(fold(found.usual_posts))), found.alert
    )
    counted = found.counts.negative if kind is Kind.NEGATIVE else found.counts.posts
    usual = usual_counts(_earlier(counted))
    usual_posts = usual_counts(_earlier(found.counts.posts))
    usual_negative = usual_counts(_earlier(found.counts.negative))
    # The voices told of a turn of the mood are negative already.
    quoted = representative(telling, documents, phrases, sentiment=_prevailing(found.posts))
    return Evidence(
        since=found.since,
        until=found.until,
        posts=total,
        voices=round(len(voices) * scale),
        negative=found.counts.negative.get(0, {}).get(ALL, 0),
        carriers=tuple(carriers(counted.get(0, {}), usual, falling=kind is Kind.SILENCE)),
        phrases=tuple(phrases),
        representative=tuple(_quoted(voice, voice.first, scale) for voice in quoted),
        far_reaching=tuple(_quoted(voice, voice.farthest, scale) for voice in far_reaching(voices)),
        offsets=tuple(found.offsets),
        model_versions=tuple(found.model_versions),
        usual=usual_posts[ALL] if usual_posts else None,
        usual_negative=usual_negative.get(ALL, 0.0) if usual_posts else None,
        read=len(found.posts),
        model_change=found.model_change,
    )


def _earlier(counts: Mapping[int, Mapping[Part, int]]) -> dict[int, Mapping[Part, int]]:
    return {day: parts for day, parts in counts.items() if day}


def _prevailing(posts: Sequence[ReadPost]) -> str:
    """The sentiment that most posts have, "" if none prevails."""
    counted = Counter(post.sentiment for post in posts).most_common(1)
    return next((name for name, count in counted if count >= _PREVAILS * len(posts)), "")


def _documents(voices: Sequence[Voice]) -> list[Document]:
    return [Document.of(voice.first.text, voice.first.lang) for voice in voices]


def _without_names(phrases: Sequence[Phrase], alert: Alert) -> list[Phrase]:
    """Without parts of the brand's own name, which posts of other brands do not have."""
    name = alert.brand.lower()
    return [phrase for phrase in phrases if phrase.text not in name]


def _quoted(voice: Voice, post: ReadPost, scale: float) -> EvidencePost:
    return quote(post, copies=max(round(len(voice.posts) * scale), 1))
