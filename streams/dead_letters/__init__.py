"""Dead letters: found, shown, and sent once more."""
