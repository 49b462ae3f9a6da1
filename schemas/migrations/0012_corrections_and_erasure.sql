-- What people say of mentions: rows are only added, and the latest of a mention counts (at, then id).
-- An empty sentiment takes an earlier label back. before: what was in force. A row that comes twice
-- changes nothing.
CREATE TABLE IF NOT EXISTS corrections {on_cluster}
(
    id UUID,
    at DateTime64(3, 'UTC'),
    brand LowCardinality(String),
    posted_at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    post_id String,
    sentiment LowCardinality(String),
    before LowCardinality(String),
    who String,
    reason String
)
ENGINE = {merge_tree}
ORDER BY (brand, source, post_id, at, id);

-- Whose posts and which posts must never be stored again, as keyed hashes; kind salt: the key. Rows
-- are only added.
CREATE TABLE IF NOT EXISTS suppressions {on_cluster}
(
    kind LowCardinality(String),
    hash String,
    at DateTime64(3, 'UTC')
)
ENGINE = {merge_tree}
ORDER BY (kind, hash);

-- The posts that an erasure is removing, until it has: with them it can go on after a crash, and
-- knows afterwards what to look for. They are named here, and not in a statement's text, because
-- that would stay in the server's logs. job: whose they are. A row without a brand names an author, or
-- a post, to be looked for.
CREATE TABLE IF NOT EXISTS erasure_work {on_cluster}
(
    job UUID,
    brand String,
    posted_at DateTime64(3, 'UTC'),
    source String,
    post_id String,
    author String,
    url String,
    text String CODEC(ZSTD(3)),
    kafka_topic String,
    kafka_partition UInt32,
    kafka_offset UInt64,
    received_at DateTime64(3, 'UTC')
)
ENGINE = {merge_tree}
ORDER BY (job, brand, posted_at, source, post_id);

-- What was erased, by hashes and numbers alone; report: JSON.
CREATE TABLE IF NOT EXISTS erasures {on_cluster}
(
    id UUID,
    at DateTime64(3, 'UTC'),
    who String,
    report String
)
ENGINE = {replacing}(at)
ORDER BY id
