"""The numbers at the top: how much is said, in which mood, and what changed."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from dashboards import formats
from dashboards.direction import isolated
from dashboards.feed import one_line
from dashboards.measures import (
    Change,
    Counts,
    Estimate,
    change,
    growth,
    growth_is_clear,
    net_sentiment,
    share,
)
from dashboards.queries.overview import Group, Overview
from dashboards.wording import WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number as people read it.

    delta: the change as text, "" where there is nothing to say. direction: "up" or "down" if it
    is more than chance, so that it gets an arrow. mood: whether it is good, bad or neither.
    notes: lines below, plain text.
    """

    label: str
    help: str
    value: str
    delta: str = ""
    direction: Literal["up", "down", "off"] = "off"
    mood: Literal["green", "red", "gray"] = "gray"
    notes: tuple[str, ...] = ()


def headline(numbers: Overview) -> None:
    """Draw the four tiles."""
    draw_tiles(tiles_of(numbers))


def mood_tiles(counts: Counts) -> None:
    """Draw how much is said and in which mood, compared with nothing."""
    draw_tiles(mood_tiles_of(counts))


def mood_tiles_of(counts: Counts) -> list[Tile]:
    """What those tiles say."""
    mentions = Tile(
        label=WORDS.mentions, help=WORDS.mentions_help, value=formats.count(counts.total)
    )
    return [mentions, *(_share_tile(counts, Counts(), kind) for kind in (_net(), _negative()))]


def draw_tiles(tiles: Sequence[Tile]) -> None:
    """Draw them side by side."""
    for number, (column, tile) in enumerate(zip(st.columns(len(tiles)), tiles, strict=True)):
        with column.container(border=True, key=f"tile-{number}", height="stretch"):
            st.metric(
                tile.label,
                tile.value,
                tile.delta or None,
                help=tile.help,
                delta_color=tile.mood,
                delta_arrow=tile.direction,
            )
            lines = "<br>".join(html.escape(note) for note in tile.notes)
            st.html(f'<p class="gs-note">{lines}</p>')


def tiles_of(numbers: Overview) -> list[Tile]:
    """What the tiles say about these numbers."""
    now, before = numbers.now, numbers.before
    return [
        _mentions(now, before),
        _share_tile(now, before, _net()),
        _share_tile(now, before, _negative()),
        _mover(numbers.brands),
    ]


def _mentions(now: Counts, before: Counts) -> Tile:
    grown = growth(now.total, before.total)
    clear = growth_is_clear(now.total, before.total)
    tile = Tile(
        label=WORDS.mentions,
        help=WORDS.mentions_help,
        value=formats.count(now.total),
        notes=(WORDS.none_before,),
    )
    if grown is None:
        return tile
    earlier = WORDS.before.format(count=formats.count(before.total))
    if now.few and before.few:
        return replace(tile, notes=(earlier, WORDS.too_few))
    return replace(
        tile,
        delta=formats.signed_growth(grown),
        direction=_direction(grown) if clear else "off",
        notes=(earlier,) if clear else (earlier, WORDS.no_clear_change),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    label: str
    help: str
    of: Callable[[Counts], Estimate | None]
    write: Callable[[float], str]
    bad: bool


def _net() -> _Share:
    return _Share(
        label=WORDS.net,
        help=WORDS.net_help,
        of=net_sentiment,
        write=formats.signed_percent,
        bad=False,
    )


def _negative() -> _Share:
    return _Share(
        label=WORDS.negative_share,
        help=WORDS.negative_share_help,
        of=lambda counts: share(counts.negative, counts.total),
        write=formats.percent,
        bad=True,
    )


def _share_tile(now: Counts, before: Counts, kind: _Share) -> Tile:
    value = kind.of(now)
    if value is None:
        return Tile(label=kind.label, help=kind.help, value=WORDS.no_value)
    interval = WORDS.between.format(low=kind.write(value.low), high=kind.write(value.high))
    turn = change(value, kind.of(before))
    delta, said = _turn(turn, few=now.few or before.few)
    if now.few:
        said = WORDS.only_few.format(total=now.total)
    tile = Tile(
        label=kind.label,
        help=kind.help,
        value=kind.write(value.value),
        delta=delta,
        notes=(interval, said) if said else (interval,),
    )
    if turn is None or not turn.clear or not delta:
        return tile
    worse = (turn.difference.value > 0) == kind.bad
    return replace(
        tile, direction=_direction(turn.difference.value), mood="red" if worse else "green"
    )


def _turn(turn: Change | None, *, few: bool) -> tuple[str, str]:
    """The change as a delta, and what is to be said about it."""
    if turn is None:
        return "", ""
    if few:
        return "", WORDS.too_few
    text = f"{formats.signed_points(turn.difference.value)} {WORDS.points}"
    return text, "" if turn.clear else WORDS.no_clear_change


def _mover(brands: Sequence[Group]) -> Tile:
    turns = []
    for group in brands:
        turn = change(net_sentiment(group.now), net_sentiment(group.before))
        if turn and turn.clear and not (group.now.few or group.before.few):
            turns.append((abs(turn.difference.value), turn, group))
    tile = Tile(
        label=WORDS.mover,
        help=WORDS.mover_help,
        value=WORDS.no_mover,
        notes=(WORDS.no_mover_note,),
    )
    if not turns:
        return tile
    _, turn, group = max(turns, key=lambda item: item[0])
    return replace(
        tile,
        value=f"{formats.signed_points(turn.difference.value)} {WORDS.points}",
        notes=(
            isolated(one_line(group.name, characters=60)),
            WORDS.mover_note.format(before=_net_text(group.before), now=_net_text(group.now)),
        ),
    )


def _net_text(counts: Counts) -> str:
    net = net_sentiment(counts)
    return formats.signed_percent(net.value) if net else WORDS.no_value


def _direction(difference: float) -> Literal["up", "down"]:
    return "up" if difference > 0 else "down"
