"""The real worker with faults put in at its edges.

The faults are wrappers around the sink and the parts, or mutations of the very lines that keep
posts safe; the worker's own code knows nothing of them.
"""

import logging
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from models.scorer import load_scorer
from schemas.dead_letter import DeadLetter
from schemas.errors import StoreError
from schemas.matching import Matcher
from schemas.mention import COLUMN_NAMES
from schemas.scores import ScoreBatch
from schemas.watchlist import Brand, Watchlist
from streams.batching import BatchLimits
from streams.clickhouse.mention_sink import ClickHouseMentionSink, MentionSink
from streams.rows import Columns
from streams.text_scorer import TextScorer
from streams.worker.config import WorkerConfig
from streams.worker.dead_letter_sink import DeadLetterSink, KafkaDeadLetterSink
from streams.worker.main import WorkerParts, run_worker
from tests.end_to_end import mutations

POST_ID = COLUMN_NAMES.index("post_id")


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What goes wrong.

    raise_every: every so many inserts raise an error that nobody expects.
    fail_every: every so many inserts raise a StoreError.
    insert_s: an insert takes so many seconds.
    hold_post, hold_s: the insert that has this post waits so long.
    kill_at: SIGKILL at this point, after a random number of passes up to kill_within.
    hang_at, hang_s: the hang_at-th call of the model takes so long.
    score_s: the model takes so long for each text.
    journal: a file that gets the post ids of every insert that was acknowledged, a line each.
    mutation: name of a function in tests/end_to_end/mutations.py.
    """

    raise_every: int = 0
    fail_every: int = 0
    insert_s: float = 0
    hold_post: str = ""
    hold_s: float = 0
    kill_at: str = ""
    kill_within: int = 1
    seed: int = 0
    hang_at: int = 0
    hang_s: float = 0
    score_s: float = 0
    journal: str = ""
    mutation: str = ""


@dataclass(frozen=True, kw_only=True)
class Order:
    """All that a worker of the tests is told."""

    kafka: str
    clickhouse_url: str
    topic: str
    group: str
    port: int
    max_poison: int = 1000
    insert_rows: int = 500
    insert_linger_s: float = 0.2
    faults: Faults


class Killer:
    """Ends the process with SIGKILL at the chosen point."""

    def __init__(self, faults: Faults) -> None:
        self._point = faults.kill_at
        self._passes = random.Random(faults.seed).randint(1, faults.kill_within)

    def at(self, point: str) -> None:
        """The process has come to this point."""
        if point == self._point:
            self._passes -= 1
            if self._passes <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class FaultySink:
    """A sink that fails as told, around the real one.  Inserts are counted over all sinks."""

    _inserts = 0

    def __init__(self, sink: MentionSink, faults: Faults, killer: Killer) -> None:
        self._sink = sink
        self._faults = faults
        self._killer = killer

    def insert(self, columns: Columns) -> None:
        """Write rows, or do not."""
        faults = self._faults
        FaultySink._inserts += 1
        if faults.raise_every and self._inserts % faults.raise_every == 0:
            raise RuntimeError("a fault of the test")
        if faults.fail_every and self._inserts % faults.fail_every == 0:
            raise StoreError("a fault of the test")
        if faults.hold_post and faults.hold_post in columns[POST_ID]:
            time.sleep(faults.hold_s)
        time.sleep(faults.insert_s)
        self._killer.at("before-insert")
        self._sink.insert(columns)
        self._killer.at("after-insert")
        if faults.journal:
            with Path(faults.journal).open("a") as journal:
                journal.write(" ".join(columns[POST_ID]) + "\n")


class FaultyScorer:
    """The stub model, slow or hanging as told."""

    def __init__(self, scorer: TextScorer, faults: Faults) -> None:
        self._scorer = scorer
        self._faults = faults
        self._calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scorer, name)

    def score(self, texts: Sequence[str], langs: Sequence[str], **options: Any) -> ScoreBatch:
        """Scores, later."""
        self._calls += 1
        if self._calls == self._faults.hang_at:
            time.sleep(self._faults.hang_s)
        time.sleep(self._faults.score_s * len(texts))
        return self._scorer.score(texts, langs, **options)


class FaultyDeadLetters:
    """The dead-letter topic, with a kill around it."""

    def __init__(self, sink: DeadLetterSink, killer: Killer) -> None:
        self._sink = sink
        self._killer = killer

    async def send(self, letters: Sequence[DeadLetter]) -> None:
        """Keep the letters, unless the process ends."""
        self._killer.at("before-dead-letters")
        await self._sink.send(letters)
        self._killer.at("after-dead-letters")


def config_of(order: Order) -> WorkerConfig:
    """The worker's own settings."""
    return WorkerConfig(
        kafka=order.kafka,
        clickhouse_url=order.clickhouse_url,
        input_topics=(order.topic,),
        consumer_group=order.group,
        scoring=BatchLimits(max_rows=200, linger_s=0.05),
        storing=BatchLimits(max_rows=order.insert_rows, linger_s=order.insert_linger_s),
        web_port=order.port,
        max_poison=order.max_poison,
    )


def parts_of(order: Order, killer: Killer) -> WorkerParts:
    """The real parts, with the faults around them."""
    watchlist = Watchlist((Brand("Acme", ("Acme",), (), ()),), ())
    scorer: Any = FaultyScorer(load_scorer("stub"), order.faults)
    return WorkerParts(
        match=Matcher(watchlist).match,
        detect_languages=lambda texts: ["und"] * len(texts),
        scorer=scorer,
        mentions=[
            FaultySink(ClickHouseMentionSink(order.clickhouse_url), order.faults, killer)
            for _ in range(2)
        ],
        dead_letters=FaultyDeadLetters(KafkaDeadLetterSink(order.kafka), killer),
    )


def run(told: str) -> None:
    """Run one worker; told: an Order, as JSON."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    order = msgspec.json.decode(told, type=Order)
    killer = Killer(order.faults)
    if order.faults.mutation:
        mutate: Callable[[], None] = getattr(mutations, order.faults.mutation)
        mutate()
    if order.faults.kill_at in {"before-commit", "after-commit"}:
        mutations.around_commit(killer.at)
    if order.faults.kill_at == "in-insert":
        mutations.before_the_answer(lambda: killer.at("in-insert"))
    run_worker(config_of(order), replace(parts_of(order, killer)))
