"""How far the workers are behind, as `groundswell doctor` says it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from aiokafka.errors import KafkaError

from compose.runtime.findings import Finding, Verdict
from compose.settings import Settings
from streams.worker.lag import PartitionLag, lag_reader

# Longer than a batch usually takes from Kafka to its commit.
_BETWEEN_LOOKS_S: Final = 5.0
_MAKING: Final = "`groundswell prepare`, or `groundswell up` on one machine, makes it"
_SLOW: Final = (
    "see the worker's /ready and its log; more workers help up to the number of partitions, and so "
    "does a GPU (docs/operations.md)"
)


def lag_finding(settings: Settings) -> Finding:
    """What the broker says of the workers' group; looks twice where something is left to do."""
    try:
        looks = asyncio.run(_look(settings))
    except (KafkaError, OSError) as error:
        remedy = "see Kafka's log, or check the address in the settings"
        return Finding("lag", Verdict.FAIL, f"cannot be read: {error!r}"[:300], remedy)
    missing = set(settings.input_topics) - {each.topic for each in looks[-1]}
    if missing:
        detail = f"Kafka has no topic {', '.join(sorted(missing))}"
        return Finding("lag", Verdict.FAIL, detail, _MAKING)
    return judge_lag(looks, between_s=_BETWEEN_LOOKS_S)


async def _look(settings: Settings) -> list[list[PartitionLag]]:
    async with lag_reader(settings.kafka, settings.input_topics) as reader:
        looks = [await reader.read(settings.consumer_group)]
        if any(each.behind for each in looks[0]):
            await asyncio.sleep(_BETWEEN_LOOKS_S)
            looks.append(await reader.read(settings.consumer_group))
        return looks


def judge_lag(looks: Sequence[Sequence[PartitionLag]], *, between_s: float) -> Finding:
    """One look or two, so many seconds apart, in words.

    Records that are left are no fault while some of them are settled: they are then on their way.
    """
    before, now = looks[0], looks[-1]
    behind = sum(each.behind for each in now)
    if not behind:
        return Finding("lag", Verdict.OK, "0 records, all is settled")
    by_topic: Counter[str] = Counter()
    for each in now:
        by_topic[each.topic] += each.behind
    detail = f"{behind:,} records ({', '.join(f'{t} {n:,}' for t, n in sorted(by_topic.items()))})"
    settled = sum(each.committed for each in now) - sum(each.committed for each in before)
    if settled <= 0:
        return Finding("lag", Verdict.WARN, f"{detail}, none settled in {between_s:g} s", _SLOW)
    detail += f", {settled / between_s:,.0f} a second are settled"
    fewer = sum(each.behind for each in before) - behind
    if fewer > 0:
        left = timedelta(seconds=round(behind * between_s / fewer))
        return Finding("lag", Verdict.OK, f"{detail}, all in about {left} (h:mm:ss)")
    return Finding("lag", Verdict.OK, f"{detail}, as many arrive or more")
