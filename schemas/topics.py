"""The Kafka topics that Groundswell reads and writes."""

from typing import Final

INPUT_TOPICS: Final = ("reviews", "social-posts")
DEAD_LETTER_TOPIC: Final = "posts.dead-letter"
ALERTS_TOPIC: Final = "alerts"
# Both keep the last record of each key for ever.
CORRECTIONS_TOPIC: Final = "corrections"
SUPPRESSIONS_TOPIC: Final = "suppressions"
