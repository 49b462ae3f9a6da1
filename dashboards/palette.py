"""The page's colours. Blue, grey and orange stay apart for colour-blind eyes, in light and dark.

Each sentiment's colour has a contrast of at least 3 to 1 with both themes' cards.
"""

from typing import Final

NEGATIVE: Final = "#d9661f"
NEUTRAL: Final = "#8c96a5"
POSITIVE: Final = "#2f7fd6"
# Of what people wrote on a chart: apart from the three in lightness, too.
NOTE: Final = "#9a6fd0"
SENTIMENT_COLOURS: Final = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}

FONTS: Final = (
    '"Source Sans", "Noto Sans", system-ui, -apple-system, "Segoe UI", Roboto, '
    '"Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Thai", "Noto Sans CJK SC", '
    '"PingFang SC", "Hiragino Sans", "Microsoft YaHei", "Noto Color Emoji", sans-serif'
)

# Options of Streamlit's theme, by mode.
LIGHT: Final = {
    "primaryColor": "#1f5fae",
    "backgroundColor": "#f5f7fa",
    "secondaryBackgroundColor": "#ffffff",
    "textColor": "#1b2533",
    "borderColor": "#dde3ea",
    "linkColor": "#1f5fae",
    "greenColor": POSITIVE,
    "redColor": NEGATIVE,
    "greenTextColor": "#1d62b0",
    "redTextColor": "#a8480d",
    "greenBackgroundColor": "#e3eefb",
    "redBackgroundColor": "#fbeadf",
    "grayTextColor": "#566173",
    "grayBackgroundColor": "#eef1f5",
}
DARK: Final = {
    "primaryColor": "#6aa9ee",
    "backgroundColor": "#0f151d",
    "secondaryBackgroundColor": "#171f2a",
    "textColor": "#e4eaf2",
    "borderColor": "#2a3543",
    "linkColor": "#8abdf5",
    "greenColor": POSITIVE,
    "redColor": NEGATIVE,
    "greenTextColor": "#8abdf5",
    "redTextColor": "#f3a877",
    "greenBackgroundColor": "#1a3350",
    "redBackgroundColor": "#46291a",
    "grayTextColor": "#a3afbf",
    "grayBackgroundColor": "#232d3a",
}
