"""Counts of mentions by minute: read when a minute has closed, kept for the long run."""
