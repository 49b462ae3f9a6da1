"""The model card: what the shipped model is, how it was made, what it is good at and what not."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Final

from models.heads import Heads
from models.manifest import Manifest
from models.training.config import DataSet, Run
from models.training.folders import model_folder
from models.training.measuring import Figure
from models.training.topic_figures import Tally

LEAST_TEXTS: Final = 50
TRUSTED: Final = 0.55
NAMES: Final = {"emotions": "emotions", "offensive": "offence", "irony": "irony"}
HEADS: Final = {
    "sentiment": "Sentiment of the whole text",
    "targets": "Polarity towards a given target",
    "emotions": "Emotion",
    "offensive": "Offence",
    "irony": "Irony",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A model as it was made.

    base_pieces: of the vocabulary that its pieces were cut from.  pieces: its own.
    """

    manifest: Manifest
    run: Run
    heads: Heads
    base_pieces: int
    pieces: int


def model_card(made: Made, figures: Sequence[Figure], more: Sequence[str]) -> str:
    """The card as Markdown.  more: lines about topics and aspects."""
    return "\n".join(
        [
            f"# {made.manifest.model_version}",
            "",
            *_introduction(made),
            *_data(made.run),
            "## Figures",
            "",
            "ECE is the expected calibration error in 15 bins; *by chance* is what it would come",
            "to on as many texts if every probability were right. Where several emotions may",
            "hold, figures are means over the emotions.",
            "",
            *_head_sections(made.run, figures),
            *more,
            *_limits(made.run, figures),
        ]
    )


def _introduction(made: Made) -> list[str]:
    run, manifest, card = made.run, made.manifest, made.run.card
    linear = ["sentiment", *(NAMES[name] for name in NAMES if getattr(made.heads, name))]
    answers, attention, sooner = [*linear, "and topics"], "", ""
    if made.heads.targets:
        answers.insert(-1, "polarity towards targets and aspects")
        attention = "attention from a target over the token states (targets, aspects); "
        sooner = "; from less where the target head finds words about the topic's name"
    licence = f" ({card.base_licence})" if card.base_licence else ""
    origin = next(filter(model_folder, run.start), run.base)
    taught = "all" if origin == run.base else "those that a set below teaches"
    untouched = run.freeze_encoder or not (run.minutes or run.start)
    return [
        *_wrapped(
            f"{', '.join(answers).capitalize()} of {card.texts}, from one encoding of each text."
        ),
        "",
        f"- **Encoder**: {_layers(run)} of `{origin}`{licence},",
        *_wrapped(
            f"  {'not trained further' if untouched else 'trained further on the sets below'}; "
            f"{_as_it_runs(made)}",
            width=80,
        ),
        f"- **Input**: `{manifest.prefix}` and the text, at most {manifest.max_tokens} tokens;",
        "  the rest of a longer text is not read.",
        *_wrapped(
            f"- **Heads**: linear ones on the mean of the token states ({', '.join(linear)}); "
            f"{attention}{taught} trained {'on' if run.freeze_encoder else 'together with'} the "
            "encoder.  Temperatures are from held-out texts."
        ),
        *_wrapped(
            "- **Topics**: phrases that a user wrote, found word for word, or near to the text in "
            f"meaning, above what texts at large and the other topics reach{sooner}."
        ),
        f"- **Made by**: `{card.made_by}`; docs/training.md says how.",
        *textwrap.wrap(run.history, 88, initial_indent="  ", subsequent_indent="  "),
        "",
    ]


def _as_it_runs(made: Made) -> str:
    if made.run.backend == "torch":
        return f"the table of its {made.pieces:,} words as it was.  Runs on torch."
    cut = made.pieces < made.base_pieces
    pieces = f"cut to {made.pieces:,} of" if cut else "with all of its"
    return (
        f"the table of words {made.run.card.words}, frozen, {pieces} {made.base_pieces:,} pieces.  "
        "Arithmetic in int8, one scale a token: an answer does not depend on the texts beside it."
    )


def _wrapped(text: str, width: int = 88) -> list[str]:
    """Lines of a paragraph, or of an item of a list."""
    indent = "  " if text.startswith(("- ", "  ")) else ""
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)


def _data(run: Run) -> list[str]:
    said = f" {run.card.licences}" if run.card.licences else " Their sources state these licences"
    lines = ["## Data", "", *_wrapped(f"These sets train it.{said}:"), "", *_sets(run.data), ""]
    lines += [f"It goes on from the model `{name}`, whose card says more.\n" for name in run.start
              if model_folder(name)]  # fmt: skip
    if run.guards:
        lines += ["These only report figures, none of their texts was trained on:", ""]
        lines += [*_sets(run.guards), ""]
    return lines


def _layers(run: Run) -> str:
    if run.layers is None:
        return "all layers"
    if isinstance(run.layers, int):
        return f"the lowest {run.layers} layers"
    return f"{len(run.layers)} layers ({', '.join(map(str, run.layers))}; from 0)"


def _sets(sets: Sequence[DataSet]) -> list[str]:
    return [f"- {source.path}: {source.licence}" for source in sets]


def _head_sections(run: Run, figures: Sequence[Figure]) -> Iterable[str]:
    trained = {source.path for source in run.data}
    derived = {source.path for source in run.data if source.certainty < 1}
    for head, title in HEADS.items():
        ours = [figure for figure in figures if figure.head == head]
        if head == "sentiment":
            ours = [figure for figure in ours if figure.source not in derived]
        seen = [figure for figure in ours if figure.source in trained]
        unseen = [figure for figure in ours if figure.source not in trained]
        for note, part in (
            ("held-out texts of sets that it was trained on", seen),
            ("sets that it never saw", unseen),
        ):
            if part:
                yield f"### {title}: {note}"
                yield ""
                if head == "sentiment" and part is unseen:
                    yield "Sets of two polarities have no neutral texts; a neutral answer is wrong."
                    yield ""
                yield from figure_table(part)
                yield ""


def figure_table(figures: Sequence[Figure]) -> list[str]:
    """Figures by set and language, and the mean of each set, as a Markdown table."""
    rows = [
        "| set | language | texts | macro-F1 | accuracy | ECE | by chance |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for name in dict.fromkeys(_family(figure.source) for figure in figures):
        ours = [figure for figure in figures if _family(figure.source) == name]
        rows += [_row(name, figure.lang, figure.texts, [figure]) for figure in ours]
        if len(ours) > 1:
            rows.append(_row(name, "mean", sum(figure.texts for figure in ours), ours))
    return rows


def _family(source: str) -> str:
    """UMSAB's folders, one a language, are one set."""
    return source.partition("/")[0] if source.startswith("umsab/") else source


def _row(name: str, lang: str, texts: int, figures: Sequence[Figure]) -> str:
    return (
        f"| {name} | {lang} | {texts} "
        f"| {100 * mean(figure.macro_f1 for figure in figures):.1f} "
        f"| {100 * mean(figure.accuracy for figure in figures):.1f} "
        f"| {mean(figure.calibration_error for figure in figures):.3f} "
        f"| {mean(figure.error_by_chance for figure in figures):.3f} |"
    )


def topic_tables(by_topic: Mapping[str, Tally], by_language: Mapping[str, Tally]) -> list[str]:
    """What the topics' figures are, and how they came about."""
    rows = list(by_topic.values())
    all_of_them = Tally(
        sum(row.right for row in rows),
        sum(row.wrong for row in rows),
        sum(row.missing for row in rows),
    )
    return [
        "### Topics",
        "",
        "The demonstration's phrases on held-out reviews whose aspects people labelled: m_absa,",
        "hoasa_id, casa_id and, never trained on, visfd_vi. Labels are incomplete (a review that",
        "names the price in passing may have none): some claims that count as wrong are right.",
        "",
        *_tallies("topic", {**by_topic, "all": all_of_them}),
        "",
        *_tallies("language", by_language),
        "",
    ]


def aspect_lines(sets: Sequence[str], precision: float, recall: float, least: float) -> list[str]:
    """How well the built-in aspects are found.  sets: those whose labels tell."""
    *others, last = sets
    names = f"{', '.join(others)} and {last}" if others else last
    return [
        "### Aspects of a trade",
        "",
        f"The ten built-in ones, on held-out texts of {names}, by",
        f"the names of their labels; an aspect is claimed from a probability of {least:.2f} on:",
        f"precision {precision:.2f}, recall {recall:.2f}. Its polarity is taken from the tokens",
        "that the attention of that aspect gathers, not from the whole text; the figures of",
        "given targets above measure it.",
        "",
    ]


def _tallies(kind: str, tallies: Mapping[str, Tally]) -> list[str]:
    rows = [f"| {kind} | labelled | precision | recall |", "|---|---:|---:|---:|"]
    for name, tally in tallies.items():
        labelled = tally.right + tally.missing
        rows.append(f"| {name} | {labelled} | {tally.precision:.2f} | {tally.recall:.2f} |")
    return rows


def _limits(run: Run, figures: Sequence[Figure]) -> list[str]:
    ours = [
        figure for figure in figures if figure.head == "sentiment" and figure.texts >= LEAST_TEXTS
    ]
    trusted = {figure.lang for figure in ours if figure.macro_f1 >= TRUSTED}
    weak = sorted({figure.lang for figure in ours} - trusted)
    distrust = [
        "- Distrust the sentiment of these languages, where no set reaches a macro-F1 of",
        f"  {100 * TRUSTED:.0f}: {', '.join(weak)}.",
    ]
    return [
        "## Limits",
        "",
        *(distrust if weak else ()),
        *(line for limit in run.card.limits for line in _wrapped(f"- {limit}")),
        "- Calibration (ECE) holds for the mix of sets above; on a set with other shares of the",
        "  three sentiments the probabilities are off by as much as the tables say.",
        "",
    ]
