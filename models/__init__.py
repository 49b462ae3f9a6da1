"""Text in, scores out: encoders, heads, topics and languages."""
