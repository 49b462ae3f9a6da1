"""`python -m compose.runtime.tables SETTINGS`: bring ClickHouse's tables up to date."""

import sys
from pathlib import Path

from compose.file_changes import note_file_changes
from compose.runtime.preflight import owns_clickhouse
from compose.runtime.reader_users import put_access_into_force
from compose.settings import Settings, load_settings
from schemas.errors import GroundswellError
from streams.clickhouse.migrate import migrate
from streams.erasure.retention import Retention, apply_retention


def put_retention_into_force(settings: Settings) -> list[str]:
    """Have ClickHouse keep texts and counts as long as the settings say; see apply_retention."""
    retention = Retention(settings.retention_texts_days, settings.retention_rollups_days)
    return apply_retention(settings.clickhouse_url, retention, cluster=settings.clickhouse_cluster)


def main() -> int:
    """Apply the migrations for the settings file that the first argument names."""
    try:
        settings = load_settings(config=Path(sys.argv[1]))
        applied = migrate(settings.clickhouse_url, cluster=settings.clickhouse_cluster)
        kept = put_retention_into_force(settings)
        users = [] if owns_clickhouse(settings) else put_access_into_force(settings)
        changed = note_file_changes(settings)
    except GroundswellError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is the step's log
        return 1
    print("migrations applied:", ", ".join(applied) or "none, all were there")  # noqa: T201
    print("files changed:", ", ".join(changed) or "none")  # noqa: T201
    print("page's users told to ClickHouse:", len(users))  # noqa: T201
    print("retention changed:", ", ".join(kept) or "no, it is as set")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
