"""Every word of the page Compare."""

from typing import Final

from dashboards.language import Words


class CompareWording(Words):
    """The page's messages."""

    page: str = "Compare"
    brand: str = "Brand"
    mentions: str = "Mentions"
    mentions_help: str = "Posts and reviews of the period that name the brand."
    share: str = "Share of voice"
    share_help: str = (
        "The brand's part of all mentions of the brands compared here, with its 95% interval "
        "(Wilson)."
    )
    net: str = "Net sentiment"
    net_help: str = (
        "(positive - negative) / all mentions of the brand, with its 95% interval (adjusted Wald, "
        "Bonett and Price 2012)."
    )
    mixed: str = "At the same language mix"
    mixed_help: str = (
        "What net sentiment would be if every brand were spoken of in the same mix of languages: "
        "that of all of them together (direct standardisation; Fleiss, Levin and Paik 2003). "
        "Counts languages in which every brand has {least} mentions or more."
    )
    mix_note: str = "Languages that count: {langs}. They hold {covered} of all mentions."
    no_mix: str = (
        "There is no language in which every brand has {least} mentions: a comparison at the same "
        "mix is not possible here."
    )
    rating: str = "Average rating"
    rating_help: str = "Mean of the ratings that came with mentions, and how many there are."
    praised: str = "4-5 stars, negative text"
    praised_help: str = (
        "Of mentions rated 4 or 5 of 5: the share whose text the model finds negative, with its "
        "95% interval (Wilson). High values: stars hide complaints, or the model errs."
    )
    blamed: str = "1-2 stars, positive text"
    blamed_help: str = "Of mentions rated 1 or 2 of 5: the share whose text is found positive."
    few: str = "few"
    few_help: str = "Fewer than 30 mentions: a rough figure."
    table_help: str = "The brands chosen above; without a choice the {count} most mentioned."
    too_many: str = "Of the brands chosen above the {count} most mentioned are compared."
    only_one: str = "Choose two brands or more to compare them."
    one_left: str = "One brand alone has mentions that all filters let through."
    drivers: str = "What drives it up and down"
    drivers_help: str = (
        "What each topic adds to the brand's net sentiment, in points: (positive - negative) "
        "mentions about the topic / all mentions of the brand. A mention may be about several "
        "topics, or none. Pale numbers: fewer than 30 mentions. Click to read the posts."
    )
    driver: str = "Adds, in points"
    topic: str = "Topic"
    lang: str = "Language"
    country: str = "Country"
    langs_help: str = "Each language's share of the brand's mentions. Click to read the posts."
    countries_help: str = "Each country's share of the brand's mentions. Click to read the posts."
    share_of_brand: str = "Share of the brand"
    rated: str = "Rating"
    ratings: str = "Ratings against texts"
    ratings_help: str = (
        "Net sentiment of the texts that came with each rating. Ratings and texts agree if it "
        "rises from left to right. Pale numbers: fewer than 30 mentions. Click to read the posts."
    )
    net_help_chart: str = "With its 95% interval. Where two intervals overlap much, none is ahead."
    negative: str = "Negative"
    positive: str = "Positive"
    no_ratings: str = "No mention of these brands came with a rating."
    no_topics: str = "No mention of these brands is about a topic of the watchlist."


COMPARE_WORDS: Final = CompareWording()
