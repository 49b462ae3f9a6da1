"""`groundswell prepare`: topics and tables on servers that are there already."""

from typing import Annotated

import typer

from compose.flags import takes_settings
from compose.settings import Settings


@takes_settings("kafka", "clickhouse_url", "clickhouse_cluster", "input_topics", "kafka_partitions")
def prepare(
    settings: Settings,
    *,
    more_partitions: Annotated[
        bool,
        typer.Option(
            "--add-partitions",
            help="Give input topics that have fewer partitions as many as --kafka-partitions says, "
            "so that more workers can share them.",
        ),
    ] = False,
) -> None:
    """Make the Kafka topics and the ClickHouse tables that are missing.

    For servers that `groundswell up` does not start: run it once before the first worker, and
    again after an update. What is there stays as it is, unless --add-partitions is given.
    """
    import asyncio

    from compose.file_changes import note_file_changes
    from compose.runtime.reader_users import put_access_into_force
    from compose.runtime.tables import put_retention_into_force
    from compose.runtime.topics import add_partitions, create_topics, topics_with_fewer
    from streams.clickhouse.migrate import migrate

    made = asyncio.run(create_topics(settings))
    print("topics made:", ", ".join(made) or "none, all were there")
    for name, count in (fewer := asyncio.run(topics_with_fewer(settings))).items():
        wish = "" if more_partitions else "; --add-partitions adds the others"
        print(f"partitions: {name} has {count} of {settings.kafka_partitions}{wish}")
    if more_partitions:
        asyncio.run(add_partitions(settings, fewer))
        print("partitions added to:", ", ".join(fewer) or "none, all have as many")
    applied = migrate(settings.clickhouse_url, cluster=settings.clickhouse_cluster)
    print("migrations applied:", ", ".join(applied) or "none, all were there")
    note_file_changes(settings)
    kept = put_retention_into_force(settings)
    print("retention changed:", ", ".join(kept) or "no, it is as set")
    if users := put_access_into_force(settings):
        print("page's users told to ClickHouse:", ", ".join(users))
