"""Plans and reports of erasures as text for people. No I/O; no name of anyone."""

from collections.abc import Iterable

from schemas.erasure_report import ErasureReport, KafkaRemains
from streams.erasure.eraser import Plan


def rendered_plan(plan: Plan) -> str:
    """What would go, a line each."""
    lines = [
        "This would go; --yes does it:",
        f"  {plan.posts} posts, {plan.mentions} mentions of brands by them, and their counts",
        f"  {plan.labels} labels that people gave them",
        f"  quotes in {plan.events} events of incidents and {plan.notifications} notifications",
        f"  {plan.letters} dead letters, and quotes in {plan.alerts} records of the topic alerts",
        *_kafka(plan.kafka),
    ]
    if not plan.posts and not plan.letters:
        lines.append(
            "Nothing of it is here: is it spelt as in the posts, or erased already? With --yes "
            "nothing that comes later under it is stored, and that cannot be taken back."
        )
    return "\n".join(lines)


def rendered_report(report: ErasureReport) -> str:
    """What was done and what was found afterwards."""
    rows = [f"  {name}: {number} rows" for name, number in report.tables.items()]
    records = [f"  topic {name}: {number} records" for name, number in report.topics.items()]
    checked = [check for check in report.checks if check.looked_at]
    found = [
        f"  FOUND in {check.where}: {check.found} of {check.looked_at}"
        for check in report.checks
        if check.found
    ]
    disk = [
        f"  {check.where}: {check.looked_at} files, {check.note}, {check.found} with a trace"
        for check in report.checks
        if check.note
    ]
    shared = f", {report.shared} of them left out, as others wrote the same" * bool(report.shared)
    lines = [
        f"{report.kind.value} {report.hash}: {report.posts} posts, {report.mentions} mentions",
        "removed or written anew:" if rows or records else "nothing was left to remove",
        *rows,
        *records,
        f"looked for {report.needles} names, ids and texts{shared}:",
        f"  {len(checked)} places, {sum(bool(check.found) for check in checked)} with a trace",
        *disk,
        *found,
        *_kafka(report.kafka),
        f"report {report.id}, {report.seconds:.1f} s",
    ]
    return "\n".join(lines)


def _kafka(remains: Iterable[KafkaRemains]) -> list[str]:
    return [f"  Kafka, {one.topic} {one.partition}: {_stays(one)}" for one in remains]


def _stays(one: KafkaRemains) -> str:
    if one.deleted:
        return f"{one.records} records deleted, with all before them"
    if one.until is None:
        return f"{one.records} records stay: the topic keeps everything"
    return f"{one.records} records stay until {one.until:%Y-%m-%d} at the latest (its retention)"
