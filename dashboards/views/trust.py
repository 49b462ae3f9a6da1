"""The page "Trust": how far the numbers of the other pages can be relied on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboards import formats, shared, shared_trust, trust_coverage, trust_drift, view_state
from dashboards.feed import one_line
from dashboards.queries.trust_drift import Spread
from dashboards.shared_trust import Versions
from dashboards.trust_coverage import GOOD, LEAST_TEXTS, Covered, Grade
from dashboards.trust_drift import Band, Shift
from dashboards.trust_labels import FEW_LABELS, Answers, tally
from dashboards.trust_wording import TRUST_WORDS as WORDS
from dashboards.views import states
from dashboards.views.freshness import freshness
from dashboards.views.headline import Tile, draw_tiles
from dashboards.views.page_top import page_top
from dashboards.views.trust_accuracy import draw_accuracy
from dashboards.views.trust_drift import draw_drift
from dashboards.views.trust_labelling import draw_history, draw_labelling
from dashboards.views.trust_versions import draw_versions
from dashboards.wording import WORDS as PAGE_WORDS

REFRESH_S: Final = 30
_FRESHNESS_S: Final = 5
# What moved more comes first.
_BANDS: Final = (Band.MUCH, Band.SOME, Band.STEADY, Band.FEW)


def trust_page(*, demo: bool) -> None:
    """Draw the page."""
    view_state.pause(paused=False)
    with page_top(demo=demo):
        st.fragment(freshness, run_every=_FRESHNESS_S)()
    st.fragment(_picture, run_every=REFRESH_S, key="trust")()
    left, right = st.columns([0.45, 0.55])
    with left:
        st.fragment(draw_labelling, key="trust-labelling")()
    with right:
        st.fragment(draw_history, run_every=REFRESH_S, key="trust-history")()


def _picture() -> None:
    with states.faults_shown():
        shared.notice_promotion()
        versions = shared_trust.versions()
        answers = [each for each in shared_trust.answers() if each.version == versions.active]
        spreads = shared_trust.spreads()
        measured = trust_coverage.by_language(versions.figures.get(versions.active, ()))
        covered = trust_coverage.coverage(_posts_by_language(spreads), measured)
        shifts = trust_drift.signals(
            {name: (spread.now, spread.before) for name, spread in spreads.items()}
        )
        draw_tiles([_model(versions), _right(answers), _covered(covered), _moved(shifts)])
        draw_accuracy(answers, measured, covered)
        draw_versions(versions)
        draw_drift(spreads, shifts)


def _posts_by_language(spreads: Mapping[str, Spread]) -> dict[str, int]:
    langs = spreads["lang"]
    names = {*langs.now, *langs.before}
    return {name: langs.now.get(name, 0) + langs.before.get(name, 0) for name in names}


def _model(versions: Versions) -> Tile:
    if not versions.promotions:
        return Tile(label=WORDS.model, help=WORDS.model_help, value=WORDS.no_version)
    newest = versions.promotions[0]
    now = datetime.now(UTC)
    (time,) = formats.moment_labels([newest.at], view_state.zone(), today=now)
    told = WORDS.live_since.format(time=time, age=formats.age(now - newest.at))
    value = one_line(newest.version, characters=24)
    return Tile(label=WORDS.model, help=WORDS.model_help, value=value, notes=(told,))


def _right(answers: Sequence[Answers]) -> Tile:
    drawn = tally(each for each in answers if each.checked)
    found = tally(answers) if drawn.few else drawn
    help_text = WORDS.right_help.format(few=FEW_LABELS)
    accuracy = found.accuracy
    if accuracy is None or found.few:
        told = WORDS.right_few.format(count=formats.count(found.labels), few=FEW_LABELS)
        return Tile(label=WORDS.right, help=help_text, value=PAGE_WORDS.no_value, notes=(told,))
    of = WORDS.of_all if drawn.few else WORDS.of_random
    between = PAGE_WORDS.between.format(
        low=formats.percent(accuracy.low), high=formats.percent(accuracy.high)
    )
    return Tile(
        label=WORDS.right,
        help=help_text,
        value=formats.percent(accuracy.value),
        notes=(between, of.format(count=formats.count(found.labels))),
    )


def _covered(covered: Sequence[Covered]) -> Tile:
    help_text = WORDS.covered_help.format(least=LEAST_TEXTS, good=f"{GOOD:.2f}")
    if not covered:
        return Tile(
            label=WORDS.covered,
            help=help_text,
            value=PAGE_WORDS.no_value,
            notes=(WORDS.no_posts,),
        )
    shares = {grade: trust_coverage.share_of(covered, grade) for grade in Grade}
    told = WORDS.covered_note.format(
        poor=formats.percent(shares[Grade.POOR]),
        rest=formats.percent(shares[Grade.THIN] + shares[Grade.NEVER]),
        unknown=formats.percent(shares[Grade.UNKNOWN]),
    )
    value = formats.percent(shares[Grade.GOOD])
    return Tile(label=WORDS.covered, help=help_text, value=value, notes=(told,))


def _moved(shifts: Mapping[str, Shift]) -> Tile:
    name, most = min(shifts.items(), key=lambda item: (_BANDS.index(item[1].band), -item[1].index))
    told = WORDS.moved_note.format(signal=WORDS.signals[name], index=f"{most.index:.2f}")
    return Tile(
        label=WORDS.moved,
        help=WORDS.moved_help,
        value=WORDS.bands[most.band],
        notes=() if most.band is Band.FEW else (told,),
    )
