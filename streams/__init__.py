"""The stream: match, score and store posts; ingest, dead letters and replay."""
