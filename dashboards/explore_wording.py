"""Every word of the page Explore, and of the search box on all pages."""

from typing import Final

from dashboards.language import Words


class ExploreWording(Words):
    """The page's messages."""

    page: str = "Explore"

    # The search box.
    search: str = 'Search: late train, "lost luggage", (refund OR "money back") -free'
    search_help: str = (
        'late train: both words · train\\*: begins with · "was late": a phrase · OR · NOT or - · '
        'parentheses · late NEAR/5 train or "late train"~5: at most 5 words apart. Capitals and '
        "accents do not matter. In Chinese, Japanese and Thai a word is found anywhere, and each "
        "character counts as a word."
    )
    search_wrong: str = "Search, character {position} ({found}): {remedy}."

    # Further filters.
    topics: str = "Topics"
    all_topics: str = "All topics"
    products: str = "Products"
    all_products: str = "All products"
    countries: str = "Countries"
    all_countries: str = "All countries"
    more: str = "More filters"
    more_set: str = "More filters ({count})"
    authors: str = "Authors"
    authors_help: str = "The whole name, as it stands beside the post; type it and press Enter."
    all_authors: str = "All authors"
    least_rating: str = "Rating from"
    most_rating: str = "to"
    wrong_ratings: str = "The lower rating is above the upper one; neither is used."
    least_length: str = "Characters from"
    most_length: str = "Characters to"
    least_sure: str = "Model sure from (%)"
    most_sure: str = "Model sure below (%)"
    sure_help: str = "The probability that the model gives to what it says of the post."
    wrong_range: str = "The lower number is above the upper one; neither is used."
    least_reach: str = "Reach from"
    least_reach_help: str = "Only posts that at least so many people may have seen."
    clear: str = "Clear"
    clear_help: str = "Take away all filters but the period."

    emotions: str = "Emotions"
    all_emotions: str = "All emotions"
    emotion_names: dict[str, str] = {  # noqa: RUF012 - read only
        "anger": "Anger",
        "disgust": "Disgust",
        "fear": "Fear",
        "joy": "Joy",
        "optimism": "Optimism",
        "sadness": "Sadness",
        "surprise": "Surprise",
    }
    emotions_help: str = (
        "Mentions that show each emotion, as the model finds, and their part of all mentions; one "
        "may show several, or none. "
    )

    # Numbers and charts.
    over_time_help: str = (
        "Mentions in each stretch of time by sentiment. Click a bar to look at that time alone. "
        "The last, paler bar is still filling."
    )
    click: str = "Click a bar to keep these mentions alone."
    brands: str = "Brands"
    countries_help: str = "Mentions by the country that the source gives. "
    products_help: str = "Mentions by the product that the source or the watchlist names. "
    ratings: str = "Ratings"
    ratings_help: str = (
        "Mentions that came with a rating, by its value, and each value's part of them: the "
        "colours are the mood of the text. "
    )
    authors_chart_help: str = "Those who wrote most. "
    none_given: str = "No mention here says so."

    # The list.
    sort: str = "Order"
    sorts: dict[str, str] = {  # noqa: RUF012 - read only
        "newest": "Newest first",
        "oldest": "Oldest first",
        "reach": "Widest reach first",
        "strength": "Strongest mood first",
        "copies": "Most copied first",
    }
    fold: str = "Fold copies"
    fold_help: str = (
        "Shows posts that share 60% of their stretches of four letters as one, with their number. "
        "Looked for among the first {posts} posts of the order."
    )
    posts_help: str = "The posts that all numbers here count. Strongest: score nearest to -1 or +1."
    download: str = "Download"
    download_help: str = "The first {rows} of the posts listed, in their order, copies and all."
    csv: str = "CSV for spreadsheets"
    parquet: str = "Parquet for programs"
    no_more: str = "No more posts"
    shown_of: str = "{shown} of {count} posts are shown."
    others: str = "Narrow the filters or change the order to see others."
    download_has: str = "The download has the first {rows}."
    show_more: str = "Show more posts"


EXPLORE_WORDS: Final = ExploreWording()
