-- A replay as it was asked for; never changed. plan: JSON of schemas/replay.py.
CREATE TABLE IF NOT EXISTS replay_jobs {on_cluster}
(
    id String,
    created_at DateTime64(3, 'UTC'),
    plan String CODEC(ZSTD(3))
)
ENGINE = {replacing}
ORDER BY id;

-- What happened to it, by people and by its process; its state is what comes of them in order.
CREATE TABLE IF NOT EXISTS replay_events {on_cluster}
(
    id String,
    at DateTime64(6, 'UTC'),
    event LowCardinality(String),
    who String,
    detail String
)
ENGINE = {replacing}
ORDER BY (id, at, event);

-- How far each lane is; written once all rows below are acknowledged. Numbers only grow, so a row that
-- comes twice or late changes nothing.
CREATE TABLE IF NOT EXISTS replay_progress {on_cluster}
(
    id String,
    topic String,
    partition UInt32,
    next_offset SimpleAggregateFunction(max, UInt64),
    position SimpleAggregateFunction(max, UInt64),
    read SimpleAggregateFunction(max, UInt64),
    mentions SimpleAggregateFunction(max, UInt64),
    unmatched SimpleAggregateFunction(max, UInt64),
    bad SimpleAggregateFunction(max, UInt64),
    expired SimpleAggregateFunction(max, UInt64),
    bad_places SimpleAggregateFunction(groupUniqArrayArray, Array(UInt64)),
    finished SimpleAggregateFunction(max, UInt8)
)
ENGINE = {aggregating}
ORDER BY (id, topic, partition);

-- Who works on it, until when; one process at a time. rate: its posts a second.
CREATE TABLE IF NOT EXISTS replay_leases {on_cluster}
(
    id String,
    owner String,
    at DateTime64(6, 'UTC'),
    until DateTime64(6, 'UTC'),
    rate Float32
)
ENGINE = {replacing}(at)
ORDER BY (id, owner)
TTL toDateTime(until) + INTERVAL 7 DAY
