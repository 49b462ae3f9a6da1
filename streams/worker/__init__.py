"""The live worker: Kafka through Faust, the model and ClickHouse, with offsets committed last."""
