"""The online detector of surges, silences and turns of mood in counts of posts."""
