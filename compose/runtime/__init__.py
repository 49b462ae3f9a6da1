"""The one-machine runtime: Kafka, ClickHouse, the worker and the page as child processes."""
