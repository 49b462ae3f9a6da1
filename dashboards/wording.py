"""Every word that several pages share, and those of the page Now."""

from typing import Final

from dashboards.language import Plural, Words
from dashboards.time_range import CUSTOM


class Wording(Words):
    """The page's messages."""

    title: str = "Groundswell"
    demo: str = "Demo"
    demo_help: str = "Shipped posts are played back as if they were written now."
    now_page: str = "Now"
    pages: str = "Page"

    # Choosing.
    range: str = "Period"
    ranges: dict[str, str] = {  # noqa: RUF012 - read only
        "15m": "15 min",
        "1h": "1 h",
        "6h": "6 h",
        "24h": "24 h",
        "7d": "7 days",
        "30d": "30 days",
        CUSTOM: "Custom",
    }
    from_time: str = "From"
    to_time: str = "To"
    wrong_period: str = "The period must end after it begins."
    brands: str = "Brands"
    all_brands: str = "All brands"
    langs: str = "Languages"
    all_langs: str = "All languages"
    sources: str = "Sources"
    all_sources: str = "All sources"
    live: str = "Live"
    live_help: str = "Off: the page stands still until you change a filter or switch it on again."

    # Numbers.
    sentiments: dict[str, str] = {  # noqa: RUF012 - read only
        "negative": "Negative",
        "neutral": "Neutral",
        "positive": "Positive",
    }
    mentions: str = "Mentions"
    mentions_help: str = (
        "Posts and reviews of the period that name a brand. A post that names two brands counts "
        "once for each."
    )
    net: str = "Net sentiment"
    net_help: str = (
        "(positive - negative) / all mentions: +100% if every mention is positive, -100% if every "
        "one is negative. The interval holds the true value 95 times in 100, if the mentions are "
        "independent of each other."
    )
    negative_share: str = "Negative share"
    negative_share_help: str = (
        "Mentions whose most probable sentiment is negative / all mentions, with its 95% interval."
    )
    mover: str = "Biggest turn"
    mover_help: str = (
        "The brand whose net sentiment differs most from the period before, of those whose "
        "difference is more than chance (its 95% interval leaves out zero)."
    )
    no_mover: str = "None"
    no_mover_note: str = "No brand's mood differs clearly from the period before"
    mover_note: str = "from {before} to {now}"
    no_value: str = "-"
    before: str = "{count} in the period before"
    points: str = "points"
    no_clear_change: str = "no clear change"
    none_before: str = "none in the period before"
    too_few: str = "too few mentions to judge"
    between: str = "{low} to {high} (95%)"
    only_few: str = "only {total} mentions: a rough figure"
    card_mentions: Plural = Plural("{count} mention", "{count} mentions")
    card_net: str = "{net} net sentiment"
    card_usual: str = "{growth} against usual"
    card_not_yet: str = "what is usual is not known yet"
    card_unknown: str = "not known at present"
    compared: str = "{since} to {until}, compared with {before} to {since}"

    # Charts.
    over_time: str = "Mentions over time"
    over_time_help: str = (
        "Mentions in each stretch of time by sentiment. Click a bar to read its posts. The last, "
        "paler bar is still filling."
    )
    net_over_time: str = "Net sentiment over time"
    model_version: str = "Model version"
    net_over_time_help: str = (
        "Net sentiment in each stretch of time, with its 95% interval as a band. A gap means that "
        "nobody wrote."
    )
    share_of_voice: str = "Share of voice"
    share_of_voice_help: str = (
        "Each brand's part of all mentions chosen, split by sentiment. Click to read the posts."
    )
    topics: str = "Topics"
    topics_help: str = (
        "Mentions about each topic: negative ones to the left, positive ones to the right; neutral "
        "ones are left out. Click to read the posts. A mention may be about several topics."
    )
    languages_help: str = "Mentions by language, split by sentiment. Click to read the posts."
    sources_help: str = "Mentions by source, split by sentiment. Click to read the posts."
    others: str = "{count} others"
    no_topics: str = "No mention of this period is about a topic of the watchlist."
    start: str = "From"
    end: str = "To"
    all: str = "All"
    no_name: str = "Not given"

    note: str = "Note"
    rising: str = "What is rising"
    rising_help: str = (
        "Brands, topics, products, languages and sources that take more of all mentions than in "
        "the period before: a fifth or more, and by more than chance (binomial test at 5%, divided "
        "by the number of names looked at). Click one to see its posts."
    )
    not_rising: str = "Nothing takes clearly more of all mentions than in the period before."
    rising_kinds: dict[str, str] = {  # noqa: RUF012 - read only
        "brand": "Brand",
        "topic": "Topic",
        "product": "Product",
        "lang": "Language",
        "source": "Source",
    }
    rising_factor: str = "\u00d7{factor} of its share"
    rising_new: str = "new"
    rising_note: str = "{now}, before {before}"
    minute_told: str = "{last} in the last full minute, at most {most}"

    # The feed.
    posts: str = "Posts"
    posts_help: str = (
        "The posts behind the numbers, newest first. A search wants all of its words, in any "
        'order; "a phrase", OR, NOT, train\\* and late NEAR/5 train work too.'
    )
    sentiment_filter: str = "Sentiment"
    topic_filter: str = "Topic"
    all_topics: str = "All topics"
    picked: str = "From the chart"
    clear_pick: str = "Show all posts again"
    no_more: str = "No older posts in this period"
    export: str = "CSV"
    export_help: str = "The newest {rows} of the posts shown, as a table for spreadsheets."
    matching: Plural = Plural("{count} post matches.", "{count} posts match.")
    at_least: str = "At least {count} posts match; Explore counts them."
    posts_until: str = "Until {time}"
    to_newest: str = "Back to the newest posts"
    card: dict[str, str] = {  # noqa: RUF012 - read only
        "whole": "Show whole text",
        "less": "Show less",
        "cut": "The text goes on in the original.",
        "open": "Open original",
        "translate": "Translate",
        "translate_help": "Sends this text to {host}, in a new tab",
        "translate_cut": "Sends the beginning of this text to {host}, in a new tab: it is too long",
        "score": "Score",
        "score_help": "P(positive) - P(negative), from -1 to +1",
        "rating": "Rating",
        "reach": "Reach",
        "topic_help": "Show posts about this topic",
        "empty": "No posts match.",
        "just_now": "just now",
        "label": "Posts",
        "more": "Show older posts",
        "waiting": "{count} new",
        "copies": "{count} copies",
        "correct": "What it really says",
        "correct_help": "Click to say what the post really says; it counts at once.",
        "uncorrect": "Take back",
    }

    # How fresh, and what is wrong.
    newest: str = "newest mention {age} ago"
    refreshed: str = "read at {time}"
    fresh: str = "Live"
    quiet: str = "Quiet"
    stale: str = "Stale"
    paused: str = "Paused"
    waiting: str = "Waiting"
    away: str = "ClickHouse is away"
    away_note: str = (
        "ClickHouse at {place} does not answer. The page tries again every few seconds and goes on "
        "by itself. `groundswell doctor` says what is wrong."
    )
    away_old: str = "ClickHouse is away. These numbers were read at {time}."
    no_table: str = "Waiting for the first mention"
    no_table_note: str = (
        "ClickHouse answers, but the table of mentions is not there yet: the worker makes it when "
        "it starts."
    )
    too_large: str = "That is too much to read at once"
    too_large_note: str = "Choose a shorter period, or fewer brands. The page tries again."
    failed: str = "ClickHouse refused the question"
    failed_note: str = "Run `groundswell doctor`; the dashboard's log has the details."
    wrong_setting: str = "A setting of this page is wrong"
    empty: str = "No mentions yet"
    empty_note: str = "The page comes alive by itself as soon as the first post is scored."
    first_steps: tuple[tuple[str, str], ...] = (
        ("Watch a demonstration", "groundswell demo"),
        ("Start everything on this machine", "groundswell up"),
        ("Send a file of reviews", "groundswell ingest reviews.csv --topic reviews"),
        ("See what is running", "groundswell doctor"),
    )
    empty_period: str = "No mentions in this period"
    empty_period_note: str = "Mentions in the table: {rows}, from {first} to {last}."
    show_all: str = "Show where the mentions are"
    nothing_chosen: str = "Nothing matches these filters in this period"
    reset: str = "Clear the filters"


WORDS: Final = Wording()
