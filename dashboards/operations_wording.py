"""Every word of the page Operations."""

from typing import Final

from dashboards.language import Words


class OperationsWording(Words):
    """The page's messages."""

    page: str = "Operations"
    rate: str = "Scored per minute"
    rate_help: str = (
        "Mentions scored in the last five minutes, for each minute. Replays of old posts are left "
        "out."
    )
    rate_note: str = "{hour} in the last hour"
    newest: str = "Newest post"
    newest_help: str = "How long ago the newest stored post was written, by its own time."
    newest_note: str = "last scored {age} ago"
    scoring: str = "Receipt to score"
    scoring_help: str = (
        "From a worker's receipt of a record to its score: the median of the last hour."
    )
    arrival: str = "Written to received"
    arrival_help: str = (
        "From the post's own time to its receipt: what sources and Kafka take. Median of the last "
        "hour."
    )
    p95: str = "95 of 100 within {value}"
    nothing: str = "nothing in the last hour"
    seconds: str = "{value} s"
    over_time: str = "Scored in each minute"
    over_time_help: str = "Mentions scored in each full minute of the last hour."
    parts: str = "Parts"
    parts_help: str = "What each part says of itself in ClickHouse."
    part: str = "Part"
    state: str = "State"
    detail: str = "Detail"
    store: str = "ClickHouse"
    store_ok: str = "answers"
    monitor: str = "Monitor"
    rollups: str = "Rollups"
    rollups_ok: str = "up to date"
    rollups_behind: str = "behind"
    rollups_note: str = "{count} minutes wait; numbers are right all the same, only slower"
    worker: str = "Workers"
    worker_ok: str = "score"
    worker_idle: str = "score nothing"
    places: str = "Places on Kafka"
    places_help: str = (
        "How far each partition is stored, of posts of the last day: the highest offset that "
        "became a mention. Records that name no brand leave no trace here; `groundswell doctor` "
        "asks Kafka."
    )
    place: str = "Partition"
    offset: str = "Offset"
    received: str = "Received"
    mentions: str = "Mentions"
    dead_letters: str = (
        "Dead letters lie on Kafka, which this page does not read; groundswell dead-letters list "
        "shows them."
    )
    routes: str = "Routes"
    routes_help: str = "What became of each route's notifications in the last 24 hours."
    route: str = "Route"
    delivered: str = "Delivered"
    waiting: str = "Waiting"
    failed: str = "Failed"
    last: str = "Last delivered"
    problem: str = "Last problem"
    no_routes: str = "Nothing was sent in the last 24 hours."
    replays: str = "Replays"
    replays_help: str = "The newest {count}; `groundswell replay` plans, pauses and cancels them."
    replay: str = "Replay"
    who: str = "By"
    done: str = "Done"
    records: str = "Records"
    bad: str = "Bad"
    no_replays: str = "Nothing was replayed."
    planned: str = "planned"
    ago: str = "{age} ago"


OPERATIONS_WORDS: Final = OperationsWording()
