"""Accuracy, calibration and coverage, of held-out texts and by people's labels."""

import html
from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from dashboards import addresses, formats, trust_charts, view_state
from dashboards.filters import EXPLORE, Scope, View, to_address
from dashboards.measures import Estimate
from dashboards.trust_charts import Right
from dashboards.trust_coverage import GOOD, LEAST_TEXTS, Covered, Grade, Measured
from dashboards.trust_labels import (
    FEW_LABELS,
    Answers,
    Tally,
    by_language,
    calibration_error,
    confusion,
    reliability,
    tally,
)
from dashboards.trust_wording import TRUST_WORDS as WORDS
from dashboards.views.breakdown import card_title
from dashboards.views.note import note
from dashboards.views.trust_chart import draw
from dashboards.wording import WORDS as PAGE_WORDS

MAX_LANGUAGES: Final = 12
MAX_ROWS: Final = 12
MAX_SOURCES: Final = 6
_WEEKS_OF_POSTS: Final = "30d"
_RANDOM: Final = "random"
_ALL: Final = "all"

Figures = Mapping[str, Measured]


def draw_accuracy(
    answers: Sequence[Answers], measured: Figures, covered: Sequence[Covered]
) -> None:
    """Draw four cards. answers: of the model in use. measured: its held-out figures."""
    counted = _counted(answers)
    people = by_language(counted)
    left, right = st.columns(2)
    with left.container(border=True, key="card-accuracy", height="stretch"):
        card_title(WORDS.accuracy, WORDS.accuracy_help)
        _accuracy(people, measured, covered)
    with right.container(border=True, key="card-coverage", height="stretch"):
        card_title(WORDS.coverage, WORDS.coverage_help.format(**_bounds()))
        _coverage(people, covered)
    left, right = st.columns(2)
    with left.container(border=True, key="card-calibration", height="stretch"):
        card_title(WORDS.calibration, WORDS.calibration_help)
        _calibration(counted, measured)
    with right.container(border=True, key="card-confusion", height="stretch"):
        card_title(WORDS.confusion, WORDS.confusion_help)
        if _enough_to_draw(counted):
            draw(trust_charts.confusion(confusion(counted)), "confusion")


def _counted(answers: Sequence[Answers]) -> list[Answers]:
    """The labels that the viewer wants to count."""
    drawn = [each for each in answers if each.checked]
    start = _ALL if tally(drawn).few else _RANDOM
    chosen = st.segmented_control(
        WORDS.which,
        [_RANDOM, _ALL],
        format_func={_RANDOM: WORDS.which_random, _ALL: WORDS.which_all}.__getitem__,
        key=view_state.widget("trust_labels", start),
        required=True,
        help=WORDS.which_help,
    )
    return drawn if chosen == _RANDOM else list(answers)


def _accuracy(people: Mapping[str, Tally], measured: Figures, covered: Sequence[Covered]) -> None:
    posts = {each.lang: each.posts for each in covered}
    known = {lang for lang in (*measured, *people) if lang}
    # What is much written in comes first, then what is much labelled.
    order = sorted(
        known,
        key=lambda lang: (
            -posts.get(lang, 0),
            -(people[lang].labels if lang in people else 0),
            -(measured[lang].texts if lang in measured else 0),
            lang,
        ),
    )
    rights: dict[str, tuple[Right | None, Right | None]] = {}
    for lang in order[:MAX_LANGUAGES]:
        held_out = measured.get(lang.partition("-")[0])
        found = people.get(lang)
        rights[_unlike(formats.language_name(lang), rights)] = (
            Right(held_out.accuracy, held_out.texts, few=held_out.grade is Grade.THIN)
            if held_out
            else None,
            Right(found.accuracy, found.labels, few=found.few)
            if found and found.accuracy
            else None,
        )
    if rights:
        draw(trust_charts.accuracy_by_language(rights), "accuracy")
    if not measured:
        note(WORDS.no_figures)
    total = sum(each.labels for each in people.values())
    if not total:
        note(WORDS.no_labels)
    elif any(each.few for each in people.values()):
        note(WORDS.few_labels.format(count=formats.count(total), few=FEW_LABELS))


def _unlike(name: str, names: Mapping[str, object]) -> str:
    while name in names:
        name += "\u2032"
    return name


def _coverage(people: Mapping[str, Tally], covered: Sequence[Covered]) -> None:
    if not covered:
        note(WORDS.no_posts)
        return
    heads = [
        WORDS.language,
        WORDS.share,
        WORDS.measured,
        WORDS.held_out_right,
        WORDS.people_right,
    ]
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in heads)
    shown = covered[:MAX_ROWS]
    body = "".join(_row(each, people.get(each.lang)) for each in shown)
    st.html(
        f'<div class="gs-scroll" role="region" tabindex="0" aria-label="'
        f'{html.escape(WORDS.coverage)}"><table class="gs-table gs-coverage"><thead><tr>{head}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )
    rest = covered[MAX_ROWS:]
    if rest:
        share = formats.percent(sum(each.share for each in rest))
        note(WORDS.more_languages.format(count=formats.count(len(rest)), share=share))


def _row(each: Covered, found: Tally | None) -> str:
    target = View(Scope(langs=(each.lang,), range_name=_WEEKS_OF_POSTS), page=EXPLORE)
    name = html.escape(formats.language_name(each.lang) or PAGE_WORDS.no_name)
    linked = addresses.linked(f"<bdi>{name}</bdi>", to_address(target)) if each.lang else name
    figures = each.measured
    sources = ", ".join(figures.sources[:MAX_SOURCES]) if figures else ""
    texts = formats.count(figures.texts) if figures else ""
    told = WORDS.grades_help[each.grade].format(texts=texts, sources=sources, **_bounds())
    grade = (
        f'<abbr title="{html.escape(told)}" class="gs-chip gs-grade-{each.grade.value}">'
        f"{html.escape(WORDS.grades[each.grade])}</abbr>"
        # What the grade goes by: where few texts are neutral, much may be right all the same.
        + (f"<small>F1 {figures.macro_f1:.2f}</small>" if figures else "")
    )
    cells = [
        formats.percent(each.share),
        grade,
        _estimate(figures.accuracy, figures.texts) if figures else PAGE_WORDS.no_value,
        _estimate(found.accuracy, found.labels, few=found.few)
        if found and found.accuracy
        else PAGE_WORDS.no_value,
    ]
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{linked}</th>{rest}</tr>'


def _estimate(value: Estimate, number: int, *, few: bool = False) -> str:
    between = f"{formats.percent(value.low)} \u2013 {formats.percent(value.high)}"
    told = f"{formats.percent(value.value)}<small>{between} \u00b7 {formats.count(number)}</small>"
    return f'<span class="gs-few">{told}</span>' if few else told


def _bounds() -> dict[str, str]:
    return {"good": f"{GOOD:.2f}", "least": str(LEAST_TEXTS)}


def _calibration(counted: Sequence[Answers], measured: Figures) -> None:
    if not _enough_to_draw(counted):
        return
    bins = reliability(counted)
    draw(trust_charts.calibration(bins), "calibration")
    texts = sum(each.texts for each in measured.values())
    by_labels = calibration_error(bins)
    held_out = (
        sum(each.calibration_error * each.texts for each in measured.values()) / texts
        if texts
        else None
    )
    note(WORDS.calibration_note.format(people=_points(by_labels), held_out=_points(held_out)))


def _points(value: float | None) -> str:
    return PAGE_WORDS.no_value if value is None else formats.percent(value)


def _enough_to_draw(counted: Sequence[Answers]) -> bool:
    """Whether there are labels; says so where there are none or few."""
    found = tally(counted)
    if not found.labels:
        note(WORDS.no_labels)
    elif found.few:
        note(WORDS.right_few.format(count=formats.count(found.labels), few=FEW_LABELS))
    return bool(found.labels)
