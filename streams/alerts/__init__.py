"""The monitor: closed minutes in, incidents out, each told once."""
