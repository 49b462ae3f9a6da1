"""What proves an alert: who carries it, which words, which posts, and where they lie on Kafka."""

from datetime import datetime

import msgspec


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """One topic, language, source, product or country, and its part in the incident.

    dimension: "topic", "lang", "source", "product" or "country". posts: counted posts of the
    window. usual: as many as were due; None where that is not known. rise_share: its part of all
    that was more than usual, 0 to 1; of all posts where what is usual is not known.
    """

    dimension: str
    value: str
    posts: int
    usual: float | None
    rise_share: float


class Phrase(msgspec.Struct, frozen=True, kw_only=True):
    """A word or phrase that sets these posts apart from the usual ones.

    posts: voices of the window that have it (copies folded). share, usual_share: of all, 0 to 1.
    strength: standard deviations by which the log-odds differ (Monroe, Colaresi and Quinn 2008,
    "Fightin' Words").
    """

    text: str
    posts: int
    share: float
    usual_share: float
    strength: float


class EvidencePost(msgspec.Struct, frozen=True, kw_only=True):
    """A post as it is quoted. copies: near-duplicates of it in the window, itself included."""

    source: str
    post_id: str
    posted_at: datetime
    author: str
    url: str
    text: str
    lang: str
    sentiment: str
    score: float
    reach: int
    copies: int
    kafka_topic: str
    kafka_partition: int
    kafka_offset: int


class OffsetRange(msgspec.Struct, frozen=True, kw_only=True):
    """Where on Kafka the posts lie: first and last offset, both included, and how many they are."""

    topic: str
    partition: int
    first: int
    last: int
    posts: int


class ModelChange(msgspec.Struct, frozen=True, kw_only=True):
    """Another model version became the one that people see, at about the time of the incident.

    at: when. posts: those of the window that both versions scored. negative_before,
    negative_after: how many of these either version calls negative.
    """

    at: datetime
    before: str
    after: str
    posts: int
    negative_before: int
    negative_after: int


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, for the window from `since` (included) to `until` (not included).

    posts: in the window. voices: the same with near-duplicates folded. negative: negative ones
    among the posts. representative: closest to what most of them say. far_reaching: by reach.
    usual, usual_negative: posts and negative posts of the same hours on earlier days, on average;
    None if there are none. read: posts that voices, phrases and quotes were found in: all of them,
    or a fixed sample where they are very many; voices and copies are then scaled up. model_change:
    None where the model version stayed the same.
    """

    since: datetime
    until: datetime
    posts: int
    voices: int
    negative: int
    carriers: tuple[Carrier, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    representative: tuple[EvidencePost, ...] = ()
    far_reaching: tuple[EvidencePost, ...] = ()
    offsets: tuple[OffsetRange, ...] = ()
    model_versions: tuple[str, ...] = ()
    usual: float | None = None
    usual_negative: float | None = None
    read: int = 0
    model_change: ModelChange | None = None
