"""Replays: posts of the past, from Kafka, files or the store, through the worker's own core."""
