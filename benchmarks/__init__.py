"""Measurements of the whole, each beside a plain loop in the same run: `make bench`."""
