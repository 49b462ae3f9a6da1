"""Replays as text for a terminal."""

from collections.abc import Iterable
from typing import Any, Final

from schemas.replay import LaneProgress, State
from streams.dead_letters.rendering import escaped
from streams.replay.lease import Owner, holders
from streams.replay.state import UNDER_WAY
from streams.replay.store import Job

LIST_COLUMNS: Final = ("id", "begun (UTC)", "state", "done", "posts", "mentions", "model", "asked")
INTERRUPTED: Final = "interrupted"


def job_state(job: Job) -> str:
    """The state as people see it: `interrupted` where its process is gone."""
    if job.state in UNDER_WAY and not workers(job):
        return INTERRUPTED
    return job.state.value


def workers(job: Job) -> list[Owner]:
    """Processes that work on it now."""
    return holders([owner for owner, _ in job.claims])


def share_done(job: Job) -> float:
    """How much of it is read and stored, from 0 to 1."""
    if job.state is State.DONE:
        return 1.0
    done = sum(
        max(0, found.position - each.first)
        for each in job.plan.ranges
        if (found := job.progress.get(each.lane)) is not None
    )
    return min(1.0, done / job.plan.size) if job.plan.size else 0.0


def listed(job: Job) -> tuple[str, ...]:
    """The cells of a list."""
    lanes = job.progress.values()
    cells = (
        job.plan.id,
        f"{job.plan.created_at:%Y-%m-%d %H:%M}",
        job_state(job),
        f"{share_done(job):.0%}",
        f"{_sum(lanes, 'read'):,}",
        f"{_sum(lanes, 'mentions'):,}",
        job.plan.model_version,
        job.plan.asked,
    )
    return tuple(map(escaped, cells))


def summary(job: Job) -> dict[str, Any]:
    """A job as a JSON object."""
    plan, lanes = job.plan, job.progress.values()
    return {
        "id": plan.id,
        "state": job_state(job),
        "asked": plan.asked,
        "who": plan.who,
        "created_at": plan.created_at.isoformat(),
        "source": plan.source,
        "model_version": plan.model_version,
        "model_sha256": plan.model_sha256,
        "brands": list(plan.brands),
        "share": plan.share,
        "rate": plan.rate,
        "done": round(share_done(job), 4),
        **{name: _sum(lanes, name) for name in ("read", "mentions", "unmatched", "bad", "expired")},
        "posts_per_second": round(sum(rate for _, rate in job.claims), 1) if workers(job) else None,
        "workers": [str(owner) for owner in workers(job)],
        "lanes": [
            {
                "lane": str(each.lane),
                "first": each.first,
                "end": each.end,
                **_lane(job.progress.get(each.lane)),
            }
            for each in plan.ranges
        ],
        "history": [
            {"at": e.at.isoformat(), "event": e.event.value, "who": e.who, "detail": e.detail}
            for e in job.events
        ],
    }


def shown(job: Job) -> str:
    """A whole job for reading."""
    told = summary(job)
    lanes, history = told.pop("lanes"), told.pop("history")
    told["brands"] = ", ".join(told["brands"]) or "all"
    told["workers"] = ", ".join(told["workers"]) or "none"
    told["posts_per_second"] = told["posts_per_second"] or "none"
    told["done"] = f"{told['done']:.1%}"
    lines = [
        f"{name + ':':<18}{escaped(str(value))}"
        for name, value in told.items()
        if value is not None
    ]
    for lane in lanes:
        stands = "done" if lane["finished"] else f"at {lane['next']}" if lane["read"] else "waits"
        line = f"  {lane['lane']}: {lane['first']}-{lane['end']}, {stands}, {lane['read']:,} read"
        if lane["bad_places"]:
            line += f", no posts at {', '.join(map(str, lane['bad_places']))}"
        lines.append(escaped(line))
    for each in history:
        detail = f" ({each['detail']})" if each["detail"] else ""
        lines.append(escaped(f"  {each['at'][:19]} {each['event']} by {each['who']}{detail}"))
    return "\n".join(lines)


def outcome(lanes: Iterable[LaneProgress]) -> str:
    """What a replay has done so far, in one line."""
    lanes = list(lanes)
    text = (
        f"{_sum(lanes, 'read'):,} posts read, {_sum(lanes, 'mentions'):,} mentions stored, "
        f"{_sum(lanes, 'unmatched'):,} posts named no wanted brand"
    )
    bad, expired = _sum(lanes, "bad"), _sum(lanes, "expired")
    if bad:
        text += f", {bad:,} records were no posts"
    if expired:
        text += f", {expired:,} offsets had expired"
    return text


def _lane(progress: LaneProgress | None) -> dict[str, Any]:
    return {
        "next": progress.next_offset if progress else None,
        "read": progress.read if progress else 0,
        "bad_places": list(progress.bad_places) if progress else [],
        "finished": progress is not None and progress.finished,
    }


def _sum(lanes: Iterable[LaneProgress], name: str) -> int:
    return sum(getattr(lane, name) for lane in lanes)
