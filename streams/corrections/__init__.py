"""People's labels: in force at once, kept for training, asked for where they teach most."""
