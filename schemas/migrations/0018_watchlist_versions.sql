-- What is watched, as people saved it on the page: the newest row counts, and the file where its text
-- is empty or there is none. text: YAML of brands, topics and alerts. Rows are only added.
CREATE TABLE IF NOT EXISTS watchlist_versions {on_cluster}
(
    id UUID,
    at DateTime64(3, 'UTC'),
    who String,
    why String,
    changes Array(String),
    text String CODEC(ZSTD(3))
)
ENGINE = {merge_tree}
ORDER BY (at, id)
