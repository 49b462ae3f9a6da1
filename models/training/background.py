"""What texts at large look like, for the topics head."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import unit_rows
from models.topics import Background
from models.training.embedded import Embedded

SAMPLE_PER_LANGUAGE: Final = 48
LEAST_TEXTS: Final = 100  # of a language, for a mean of its own
LEAST_OF_ASPECT: Final = 10  # texts about one aspect, for a spread of its own

Floats = NDArray[np.float32]


def background(parts: Sequence[Embedded]) -> Background:
    """The languages' mean embeddings, the contrast, and a sample of texts in each language.

    Where no language has texts enough, all texts together stand for it.
    """
    rows = np.concatenate([part.rows for part in parts])
    langs = np.concatenate([part.langs for part in parts])
    names, counts = np.unique(langs, return_counts=True)
    known = [str(name) for name, count in zip(names, counts, strict=True) if count >= LEAST_TEXTS]
    groups = [np.flatnonzero(langs == name) for name in known] or [np.arange(len(rows))]
    means = np.stack([rows[group].mean(axis=0) for group in groups])
    random = np.random.default_rng(13)
    sample = [
        unit_rows(rows[random.choice(group, SAMPLE_PER_LANGUAGE)] - mean)
        for group, mean in zip(groups, means, strict=True)
    ]
    even = np.eye(rows.shape[1], dtype=np.float32)
    without = Background(
        tuple(known), means[: len(known)], means.mean(axis=0), even, np.concatenate(sample)
    )
    return replace(without, contrast=contrast(parts, without))


def centred(rows: Floats, langs: Sequence[str], usual: Background) -> Floats:
    """Embeddings less the mean of their language, of length 1."""
    places = {lang: place for place, lang in enumerate(usual.languages)}
    means = np.vstack([usual.means, usual.mean])
    return unit_rows(rows - means[[places.get(lang, len(places)) for lang in langs]])


def contrast(
    parts: Sequence[Embedded], usual: Background, *, without: Collection[str] = ()
) -> Floats:
    """The matrix under which texts about one aspect vary alike in all directions.

    Within-class covariance normalisation (Hatch and others, 2006); a class is a domain's aspect,
    and half of the spread is taken as even; all of it where no aspect has texts enough.
    without: domains that are left out.
    """
    spread: NDArray[np.float64] = np.zeros((len(usual.mean), len(usual.mean)))
    total = 0.0
    for part in parts:
        aspects = np.array([_only_aspect(part, place) for place in range(len(part.rows))])
        rows = centred(part.rows, part.langs, usual)
        for aspect in np.unique(aspects):
            of_aspect = rows[aspects == aspect]
            if not aspect or len(of_aspect) < LEAST_OF_ASPECT or aspect.split("|")[0] in without:
                continue
            weight = np.sqrt(len(of_aspect))
            spread += weight * np.cov(of_aspect.T, bias=True)
            total += weight
    if not total:
        return np.eye(len(spread), dtype=np.float32)
    values, directions = np.linalg.eigh(spread / total)
    matrix: Floats = (directions / np.sqrt(values + values.mean()) @ directions.T).astype(
        np.float32
    )
    return matrix


def _only_aspect(part: Embedded, place: int) -> str:
    """Domain and aspect of an example that has just one, else nothing."""
    example = part.examples[place]
    return f"{example.domain}|{example.aspects[0]}" if len(example.aspects) == 1 else ""
