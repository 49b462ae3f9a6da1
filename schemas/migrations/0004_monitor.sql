-- What each closed minute was fed to the detector, and what it said; also the timeline's band. A
-- series without a post and without a finding has no row. posts: NaN where not known. low, high:
-- ordinary range of the posts. usual: how many of them would be negative as usual. reach: of brands.
-- kind: of the incident that the series is in. An empty topic, lang and product stand for all; source
-- is given in rows of a brand's source, which have counts alone.
CREATE TABLE IF NOT EXISTS watch_log {on_cluster}
(
    minute DateTime('UTC') CODEC(Delta, ZSTD(1)),
    brand LowCardinality(String),
    topic LowCardinality(String),
    lang LowCardinality(String),
    product LowCardinality(String),
    source LowCardinality(String),
    posts Float32 CODEC(ZSTD(1)),
    negative Float32 CODEC(ZSTD(1)),
    low Float32 CODEC(ZSTD(1)),
    high Float32 CODEC(ZSTD(1)),
    usual Float32 CODEC(ZSTD(1)),
    score Float32 CODEC(ZSTD(1)),
    reach UInt64 CODEC(ZSTD(1)),
    kind LowCardinality(String)
)
ENGINE = {replacing}
PARTITION BY toYYYYMMDD(minute)
ORDER BY (brand, topic, lang, product, source, minute)
TTL minute + INTERVAL 90 DAY;

-- In which order the leading monitor took in minutes and people's actions; written before it decides,
-- so that whoever decides again decides the same. kind: minute or action. ref: the minute, in seconds
-- since 1970, or the action's id. at: when it was taken in.
CREATE TABLE IF NOT EXISTS watch_journal {on_cluster}
(
    number UInt64,
    kind LowCardinality(String),
    ref String,
    at DateTime64(3, 'UTC')
)
ENGINE = {replacing}
ORDER BY (number, kind, ref)
TTL toDateTime(at) + INTERVAL 30 DAY;

-- The whole state after that number of the journal, cut into pieces; it counts once all of them are
-- there.
CREATE TABLE IF NOT EXISTS watch_snapshots {on_cluster}
(
    number UInt64,
    piece UInt32,
    pieces UInt32,
    at DateTime64(3, 'UTC'),
    content String CODEC(ZSTD(3))
)
ENGINE = {replacing}(at)
ORDER BY (number, piece)
TTL toDateTime(at) + INTERVAL 2 DAY;

-- What is known at present. scope: monitor, brand or source. state: ok, learning, or unknown, with
-- the reason in `detail`.
CREATE TABLE IF NOT EXISTS watch_states {on_cluster}
(
    scope LowCardinality(String),
    name String,
    state LowCardinality(String),
    detail String,
    since DateTime64(3, 'UTC'),
    at DateTime64(3, 'UTC')
)
ENGINE = {replacing}(at)
ORDER BY (scope, name);

-- A wish to try a rule or a sensitivity on the past, and what came of it; both JSON. status: asked,
-- running, done or failed.
CREATE TABLE IF NOT EXISTS backtests {on_cluster}
(
    id UUID,
    asked_at DateTime64(3, 'UTC'),
    who String,
    request String,
    status LowCardinality(String),
    result String CODEC(ZSTD(3)),
    at DateTime64(3, 'UTC')
)
ENGINE = {replacing}(at)
ORDER BY id
