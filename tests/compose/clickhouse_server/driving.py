"""Steps of a conversation that clickhouse-driver takes only as one."""

from clickhouse_driver import Client


def begin(client: Client, sql: str) -> None:
    """Send a query and do not read its answer."""
    if not client.connection.connected:
        client.connection.connect()
    client.connection.send_query(sql)
    client.connection.send_external_tables(None)
