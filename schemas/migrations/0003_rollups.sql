-- Mentions by minute, computed from `mentions` and computed again when a minute is touched. A row is
-- a brand's whole minute, so writing it again restates it: nothing old stays behind.
-- shown: whether people see it; one model version's row, or, where several scored the minute, the row
-- `latest` = 1, in which each post counts as it was scored last.
CREATE TABLE IF NOT EXISTS mention_minutes {on_cluster}
(
    brand LowCardinality(String),
    minute DateTime('UTC') CODEC(Delta, ZSTD(1)),
    latest UInt8,
    model_version LowCardinality(String),
    shown UInt8,
    negative UInt32,
    neutral UInt32,
    positive UInt32,
    lang Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    source Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    topic Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    product Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    computed UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = {replacing}(computed)
PARTITION BY toYYYYMM(minute)
ORDER BY (brand, minute, latest, model_version)
SETTINGS index_granularity = 1024;

-- The minutes that an insert touched, until they are computed again: sign 1 when it is touched, and
-- -1 for the very same mark when it is settled. Merges remove the pair.
CREATE TABLE IF NOT EXISTS rollup_marks {on_cluster}
(
    brand LowCardinality(String),
    minute DateTime('UTC'),
    mark UUID,
    sign Int8
)
ENGINE = {collapsing}(sign)
ORDER BY (brand, minute, mark)
SETTINGS {deduplication_window} = 0, index_granularity = 1024;

-- Fires after the mentions' part is there, so a mark is never read before what it stands for.
CREATE MATERIALIZED VIEW IF NOT EXISTS rollup_marker {on_cluster} TO rollup_marks AS
SELECT brand, toStartOfMinute(posted_at) AS minute, generateUUIDv4() AS mark, toInt8(1) AS sign
FROM mentions
GROUP BY brand, minute;

-- What no insert tells: mutations of `mentions` (erasures) after which the rollups were compared
-- with it. The row '' says that this was done at least once.
CREATE TABLE IF NOT EXISTS rollup_audits {on_cluster}
(
    mutation String,
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = {replacing}(at)
ORDER BY mutation
