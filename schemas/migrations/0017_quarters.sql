-- Until the first audit has filled both tables the mentions are asked; it is forgotten once more at
-- the end, as one may end in between.
TRUNCATE TABLE IF EXISTS rollup_audits {on_cluster};

-- What else a minute is counted by. Its rows are written anew, as those from before know nothing of it.
ALTER TABLE minute_counts {on_cluster}
    ADD COLUMN IF NOT EXISTS `country.name` Array(LowCardinality(String)) AFTER `product.positive`,
    ADD COLUMN IF NOT EXISTS `country.negative` Array(UInt32) AFTER `country.name`,
    ADD COLUMN IF NOT EXISTS `country.neutral` Array(UInt32) AFTER `country.negative`,
    ADD COLUMN IF NOT EXISTS `country.positive` Array(UInt32) AFTER `country.neutral`,
    ADD COLUMN IF NOT EXISTS `rating.name` Array(LowCardinality(String)) AFTER `country.positive`,
    ADD COLUMN IF NOT EXISTS `rating.negative` Array(UInt32) AFTER `rating.name`,
    ADD COLUMN IF NOT EXISTS `rating.neutral` Array(UInt32) AFTER `rating.negative`,
    ADD COLUMN IF NOT EXISTS `rating.positive` Array(UInt32) AFTER `rating.neutral`,
    ADD COLUMN IF NOT EXISTS `emotion.name` Array(LowCardinality(String)) AFTER `rating.positive`,
    ADD COLUMN IF NOT EXISTS `emotion.negative` Array(UInt32) AFTER `emotion.name`,
    ADD COLUMN IF NOT EXISTS `emotion.neutral` Array(UInt32) AFTER `emotion.negative`,
    ADD COLUMN IF NOT EXISTS `emotion.positive` Array(UInt32) AFTER `emotion.neutral`;

TRUNCATE TABLE IF EXISTS minute_counts {on_cluster};

-- The same by quarters of an hour, added up from the minutes, for questions about long periods.
-- minute: the quarter's first one. Which rows are seen is told as of minute_counts.
CREATE TABLE IF NOT EXISTS quarter_counts {on_cluster}
(
    brand LowCardinality(String),
    model_version LowCardinality(String),
    minute DateTime('UTC') CODEC(Delta, ZSTD(1)),
    negative UInt32,
    neutral UInt32,
    positive UInt32,
    lang Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    source Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    topic Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    product Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    country Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    rating Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    emotion Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    version Nested(name LowCardinality(String), negative UInt32, neutral UInt32, positive UInt32),
    computed UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = {replacing}(computed)
PARTITION BY toYYYYMM(minute)
ORDER BY (brand, model_version, minute)
SETTINGS index_granularity = 256;

TRUNCATE TABLE IF EXISTS rollup_audits {on_cluster}
