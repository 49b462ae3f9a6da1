"""The demonstration: real posts, a watchlist that fits them, and what plays them."""
