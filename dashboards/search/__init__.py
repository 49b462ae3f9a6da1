"""The language of the search box: from text to a tree, and on to ClickHouse. Pure."""
