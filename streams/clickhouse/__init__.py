"""The edge to ClickHouse: connection, migrations and the writer of mentions."""
