"""`python -m compose.runtime.tables SETTINGS`: bring ClickHouse's tables up to date."""

import sys
from pathlib import Path

from compose.settings import load_settings
from schemas.errors import GroundswellError
from streams.clickhouse.migrate import migrate


def main() -> int:
    """Apply the migrations for the settings file that the first argument names."""
    try:
        settings = load_settings(config=Path(sys.argv[1]))
        applied = migrate(settings.clickhouse_url, cluster=settings.clickhouse_cluster)
    except GroundswellError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is the step's log
        return 1
    print("migrations applied:", ", ".join(applied) or "none, all were there")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
