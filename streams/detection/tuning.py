"""The detector's constants, in one place, each with its unit."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Sensitivity(StrEnum):
    """How rare something must be before it wakes somebody."""

    CALM = "calm"
    BALANCED = "balanced"
    WATCHFUL = "watchful"

    @property
    def return_days(self) -> float:
        """An undisturbed series reaches the threshold of one time scale once in so many days."""
        return {"calm": 700.0, "balanced": 175.0, "watchful": 30.0}[self.value]


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was tuned once, on simulated, real and thinned series; no series has its own."""

    # Time scales, in minutes; a row that is longer than a minute rounds them to rows.
    windows_min: tuple[int, ...] = (5, 15, 60, 180)
    share_windows_min: tuple[int, ...] = (15, 60, 240)
    # The first so many of the windows are also held against the rest of the hour.
    rise_windows: int = 2
    hour_window_min: int = 60

    # Baseline: half-lives of what is remembered.
    level_half_life_days: float = 1.0
    week_half_life_days: float = 5.0
    season_half_life_days: float = 12.0
    weekday_half_life_days: float = 28.0
    # The first days teach the hours in absolute counts: level and hour cannot be told apart yet.
    absolute_days: float = 2.0
    # Weight of "every hour is alike" and "every weekday is alike", in posts' worth of evidence.
    hour_prior: float = 4.0
    weekday_prior: float = 4.0
    # Relative variance of one hour's and one day's count that has nothing to do with the season.
    hour_dispersion: float = 0.02
    day_dispersion: float = 0.02
    # The season may come some minutes early or late, in hours.
    timing_h: float = 0.1
    # The last hours against the season: half-life, prior in posts, pull to 1, largest value.
    fast_half_life_h: float = 3.0
    fast_prior: float = 60.0
    fast_pull: float = 0.25
    fast_most: float = 1.5
    # After a gap the last hours are not known: doubt added, and how long it lasts, in hours.
    gap_doubt: float = 0.03
    gap_half_life_h: float = 1.5
    # Learning slows from this surprise on (in nats), to this share.
    hold_nats: float = 3.5
    hold_least: float = 0.5

    # What happened at this time of a week before: how surprising, and how much higher, to be noted.
    notable_nats: float = 6.0
    notable_ratio: float = 1.3
    # Seen twice it is a schedule and may be so much higher again; seen once it is half believed.
    schedule_margin: float = 1.25
    once_power: float = 0.85
    once_margin: float = 1.1
    # Where more was notable within the week, in stretches, one more means nothing; nor does what
    # was notable for more half-hours on end.
    once_most: int = 5
    once_longest: int = 8
    # A half-hour a week ago excuses as many posts again: prior in posts, and most times the mean.
    week_ago_posts: float = 20.0
    week_ago_most: float = 4.0
    # An hour early or late, as after a change of clocks: days in which the season is learned first,
    # prior in posts, least variance of a half-hour's logarithm, how far one half-hour counts, what
    # is believed, the most that is kept (all in nats), the share learned from one half-hour, and
    # the variance up to which the season's hours tell anything.
    clock_first_days: float = 7.0
    clock_posts: float = 20.0
    clock_unrest: float = 0.01
    clock_nats: float = 2.0
    clock_believed: float = 3.0
    clock_most: float = 15.0
    clock_learns: float = 0.04
    clock_calm: float = 0.06
    # Weekdays change at midnight, give or take so many hours.
    midnight_h: float = 1.5

    # Dispersion of each scale: half-life, prior and its weight in windows, least value.
    dispersion_half_life_days: float = 10.0
    dispersion_prior: float = 0.04
    dispersion_prior_windows: float = 12.0
    dispersion_least: float = 0.002
    # Doubt at which a window teaches the dispersion half as much.
    dispersion_trust: float = 0.02

    # Against the hour before: prior in posts, how far below and above the baseline the hour is
    # believed (standard deviations; times), share of the baseline's doubt that is left, the
    # dispersion believed at first, and at most so many times as surprising as against the season.
    rise_prior_posts: float = 10.0
    rise_least_sd: float = 1.5
    rise_most: float = 3.0
    rise_doubt: float = 0.12
    rise_dispersion: float = 0.02
    rise_times: float = 2.0
    # Of longer rows an hour holds too few: with five minutes a row more was false than found.
    rise_longest_row_min: float = 2.0

    # One minute's contribution: standard deviations and posts above the mean, unless the minutes
    # before it were as high: then so many times the least of them.
    cap_sd: float = 3.0
    cap_posts: float = 0.5
    persist_min: float = 4.0
    persist_times: float = 1.5
    learn_sd: float = 3.0

    # Return periods: days kept, blocks a day, the first days that are not, weight of the prior in
    # blocks, quantiles read, heavy tails from (nats).
    memory_days: int = 28
    blocks_a_day: int = 4
    maxima_first_days: float = 0.75
    maxima_prior_blocks: float = 5.0
    lower_quantile: float = 0.5
    upper_quantile: float = 0.9
    heavy_from_nats: float = 20.0
    prior_scale: float = 1.3
    least_scale: float = 1.0
    prior_extra: float = 0.7
    silence_prior: float = 3.9
    least_nats: float = 8.0
    # A block's maximum counts up to so many times the threshold and so many nats more.
    beyond_times: float = 1.5
    beyond_nats: float = 2.0

    # Two witnesses: sharp against the season, and sustained against the week's level. Their return
    # periods are these shares of the return period of a sharp witness alone.
    sharp_share: float = 0.0115
    week_share: float = 0.3
    week_window_min: int = 15
    week_location: float = 0.8
    week_scale: float = 0.3

    # From which scale of their maxima (nats) series are wild, and how much more is wholly wild.
    # There what is below the week's level of once in so many days has to surprise more, by this
    # share.
    tame_nats: float = 1.0
    wild_nats: float = 1.0
    wild_days: float = 30.0
    wild_raises: float = 1.0

    # Who cries often is believed less: thresholds rise by this share for each recent incident.
    often_raises: float = 0.15
    often_half_life_days: float = 14.0

    # Incidents.
    warm_min: float = 60.0
    warm_rows: int = 8
    calm_nats: float = 3.0
    calm_min: float = 30.0
    adopt_h: float = 24.0
    reopen_h: float = 3.0
    # Empty rows in a row before silence is claimed: a collector that skips some is commonplace.
    silence_rows: int = 30
    silence_most_min: float = 360.0
    silence_least_rows: int = 3
    posts_are_back: float = 0.3

    # The share of negative posts.
    share_half_life_days: float = 4.0
    share_heavy_from_nats: float = 20.0
    share_rarer: float = 5.0
    share_prior: float = 0.15
    share_prior_posts: float = 20.0
    correlation_prior: float = 0.01
    correlation_prior_windows: float = 12.0


TUNING: Final = Tuning()
