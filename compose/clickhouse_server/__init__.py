"""ClickHouse's native protocol in front of the ClickHouse engine that runs in this process.

It lets one machine without Docker use the same client, the same SQL and the same URL scheme as
a real server or cluster.  Start it with `python -m compose.clickhouse_server --path FOLDER`.
"""
