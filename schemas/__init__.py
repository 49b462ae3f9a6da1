"""What flows and what is kept: posts, mentions, dead letters, watchlists, tables and topics."""
