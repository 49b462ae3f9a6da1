"""Texts in which two brands fare differently, made of patterns in many languages.

    python -m models.training.contrasts OUT_DIR [--texts N]

Labelled sets say much of dishes and rooms and hardly anything of "A is better than B", which is
what people write of brands. OUT_DIR gets a set as the runs' files name it (`targets: label`):
train.jsonl, and val.jsonl with brands that train.jsonl does not have.
"""

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

POSITIVE: Final = "positive"
NEUTRAL: Final = "neutral"
NEGATIVE: Final = "negative"
_CLAUSES: Final = {POSITIVE: "good", NEUTRAL: "plain", NEGATIVE: "bad"}
# What a text is about, and how often: two that differ, one better than the other, two alike, one.
_SHAPES: Final = {"but": 9, "better": 6, "plain": 3, "and": 3, "alone": 3}
# A language's own brands are drawn so many times as often as one of all.
_OWN_TIMES: Final = 4
_ALONE_PLAIN: Final = 0.15
_HELD_OUT: Final = 0.15
_VAL_SHARE: Final = 0.1

Row = dict[str, Any]
Patterns = Mapping[str, Mapping[str, Sequence[str]]]


def contrasts(
    patterns: Patterns, names: Mapping[str, Sequence[str]], *, texts: int, seed: int
) -> Iterator[Row]:
    """So many different texts of each language, with the opinion of each brand in them.

    names: of brands, by language, those of "" for all. The same seed gives the same texts.
    """
    chance = random.Random(seed)  # noqa: S311 - texts, no secrets
    for lang, own in patterns.items():
        known = [*names.get("", ()), *(_OWN_TIMES * list(names.get(lang, ())))]
        found: dict[str, Row] = {}
        for _ in range(20 * texts):
            if len(found) == texts:
                break
            row = _text(own, chance.sample(known, 2), chance) | {"lang": lang}
            found.setdefault(row["text"], row)
        yield from found.values()


def _text(
    patterns: Mapping[str, Sequence[str]], brands: Sequence[str], chance: random.Random
) -> Row:
    [shape] = chance.choices(list(_SHAPES), list(_SHAPES.values()))
    first, second = brands
    if first == second:
        shape = "alone"
    if shape == "better":
        text = chance.choice(patterns["better"]).format(a=first, b=second)
        return _row(text, {first: POSITIVE, second: NEGATIVE})
    one, other = chance.sample((POSITIVE, NEGATIVE), 2)
    if shape == "alone":
        alone = NEUTRAL if chance.random() < _ALONE_PLAIN else one
        return _row(_clause(patterns, alone, first, chance), {first: alone})
    if shape == "and":
        other = one
    elif shape == "plain":
        one, other = chance.sample((one, NEUTRAL), 2)
    pattern = chance.choice(patterns["but" if shape == "but" else "and"])
    clauses = (_clause(patterns, one, first, chance), _clause(patterns, other, second, chance))
    return _row(_joined(pattern, *clauses), {first: one, second: other})


def _clause(
    patterns: Mapping[str, Sequence[str]], said: str, brand: str, chance: random.Random
) -> str:
    return chance.choice(patterns[_CLAUSES[said]]).format(x=brand)


def _joined(pattern: str, first: str, second: str) -> str:
    """Two clauses in one text; one that begins a sentence begins with a capital."""
    before = pattern.partition("{2}")[0]
    if before.endswith((". ", "। ")):
        second = second[:1].upper() + second[1:]
    return pattern.replace("{1}", first).replace("{2}", second)


def _row(text: str, opinions: Mapping[str, str]) -> Row:
    label = [{"term": of, "polarity": said} for of, said in opinions.items()]
    return {"text": text[:1].upper() + text[1:], "label": label}


def write_contrasts(folder: Path, *, texts: int, seed: int = 1) -> None:
    """Write train.jsonl and val.jsonl. texts: in each language, of train.jsonl."""
    patterns = yaml.safe_load(
        files("models.training").joinpath("contrasts.yaml").read_text("utf-8")
    )
    names: dict[str, list[str]] = patterns.pop("names")
    kept, held_out = {}, {}
    chance = random.Random(seed)  # noqa: S311 - texts, no secrets
    for lang, known in names.items():
        shuffled = chance.sample(known, len(known))
        cut = max(2, round(_HELD_OUT * len(known)))
        held_out[lang], kept[lang] = shuffled[:cut], shuffled[cut:]
    folder.mkdir(parents=True, exist_ok=True)
    for name, brands, count in (
        ("train", kept, texts),
        ("val", held_out, max(1, round(_VAL_SHARE * texts))),
    ):
        rows = contrasts(patterns, brands, texts=count, seed=seed)
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Write the set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=int, default=350)
    options = parser.parse_args()
    write_contrasts(options.folder, texts=options.texts)


if __name__ == "__main__":
    main()
