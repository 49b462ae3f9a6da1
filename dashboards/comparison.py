"""What a comparison says: drivers, ratings, and moods at the same mix of languages. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.measures import Z_95, Counts, Estimate, net_sentiment, share
from dashboards.queries.comparison import Standing

# With fewer mentions in a language, a brand's mood there is anybody's guess.
LEAST_IN_LANGUAGE: Final = 10
# As reviews count stars: the upper two of five are praise, the lower two are not.
PRAISE: Final = 4.0
BLAME: Final = 2.0
FEWEST_STARS: Final = 1.0
MOST_STARS: Final = 5.0


@dataclass(frozen=True, slots=True)
class SameMix:
    """Net sentiment as it were if all brands were spoken of in the same mix of languages.

    nets: by brand. langs: those that count, in which every brand has LEAST_IN_LANGUAGE mentions;
    where there is none, nets is empty. covered: their share of all mentions.
    """

    nets: Mapping[str, Estimate]
    langs: tuple[str, ...]
    covered: float


def same_mix(standings: Sequence[Standing]) -> SameMix:
    """Direct standardisation to the languages of all these brands together.

    After Fleiss, Levin and Paik 2003, "Statistical Methods for Rates and Proportions", chapter 19:
    net = sum of w * net in the language, with w the language's share; its variance, by the delta
    method for multinomial counts, is the sum of w^2 * (up + down - (up - down)^2) / mentions. There
    up and down are shares with one mention added to each, lest few mentions look certain.
    """
    langs = [
        lang
        for lang in (standings[0].langs if standings else {})
        if all(one.langs.get(lang, Counts()).total >= LEAST_IN_LANGUAGE for one in standings)
    ]
    sizes = {lang: sum(one.langs[lang].total for one in standings) for lang in langs}
    known = sum(sizes.values())
    everything = sum(one.total.total for one in standings)
    if not known:
        return SameMix({}, (), 0.0)
    weights = {lang: size / known for lang, size in sizes.items()}
    return SameMix(
        {one.brand: _weighted(one.langs, weights) for one in standings},
        tuple(langs),
        known / everything,
    )


def _weighted(langs: Mapping[str, Counts], weights: Mapping[str, float]) -> Estimate:
    value = variance = 0.0
    for lang, weight in weights.items():
        counts = langs[lang]
        size = counts.total + 2
        up, down = (counts.positive + 1) / size, (counts.negative + 1) / size
        value += weight * (counts.positive - counts.negative) / counts.total
        variance += weight * weight * (up + down - (up - down) ** 2) / counts.total
    reach = Z_95 * math.sqrt(variance)
    return Estimate(value, max(value - reach, -1.0), min(value + reach, 1.0))


def drive(topic: Counts, brand: Counts) -> float:
    """What a topic adds to its brand's net sentiment: (positive - negative) / all of the brand."""
    return (topic.positive - topic.negative) / brand.total if brand.total else 0.0


@dataclass(frozen=True, slots=True)
class Rated:
    """Ratings against what the texts say.

    mean: of all ratings. mentions: with a rating. praised_but: share of those with 4 or 5 of 5
    stars whose text is negative; blamed_but: of those with 1 or 2 whose text is positive. None
    where there are none, or the scale is not one to five.
    """

    mean: float
    mentions: int
    net: Estimate
    praised_but: Estimate | None
    blamed_but: Estimate | None


def rated(ratings: Mapping[float, Counts]) -> Rated | None:
    """None where no mention came with a rating."""
    together = sum(ratings.values(), Counts())
    net = net_sentiment(together)
    if net is None:
        return None
    mean = sum(value * counts.total for value, counts in ratings.items()) / together.total
    stars = all(FEWEST_STARS <= value <= MOST_STARS for value in ratings)
    praise = sum((counts for value, counts in ratings.items() if value >= PRAISE), Counts())
    blame = sum((counts for value, counts in ratings.items() if value <= BLAME), Counts())
    return Rated(
        mean=mean,
        mentions=together.total,
        net=net,
        praised_but=share(praise.negative, praise.total) if stars else None,
        blamed_but=share(blame.positive, blame.total) if stars else None,
    )
