"""Erasure of a person's posts from all that is kept, retention by age, and what proves both."""
