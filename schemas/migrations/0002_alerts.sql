-- An incident is the events that happened to it; each holds the whole alert after it (JSON of
-- schemas/alert.py). Writing an event again replaces it, so whoever computes it again changes nothing.
CREATE TABLE IF NOT EXISTS incident_events {on_cluster}
(
    key String,
    sequence UInt32,
    change LowCardinality(String),
    brand LowCardinality(String),
    kind LowCardinality(String),
    status LowCardinality(String),
    severity LowCardinality(String),
    opened_at DateTime64(3, 'UTC'),
    at DateTime64(3, 'UTC'),
    alert String CODEC(ZSTD(3)),
    written_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = {replacing}(written_at)
ORDER BY (key, sequence);

-- What people did: a row is never changed. until, reason: of a silence. brand instead of a key: a
-- silence of all that the brand has.
CREATE TABLE IF NOT EXISTS incident_actions {on_cluster}
(
    id UUID,
    at DateTime64(3, 'UTC'),
    who String,
    action LowCardinality(String),
    key String,
    brand LowCardinality(String),
    until Nullable(DateTime64(3, 'UTC')),
    reason String
)
ENGINE = {replacing}
ORDER BY (at, id);

-- What was sent to whom: written before the send, and after each try. id: the key by which the
-- receiver drops a repeat. keys: of the incidents. address: hash of where it was to go. payload: JSON of
-- the whole notification, so that it can be sent again as it was.
CREATE TABLE IF NOT EXISTS notifications {on_cluster}
(
    id String,
    route LowCardinality(String),
    status LowCardinality(String),
    keys Array(String),
    attempts UInt32,
    next_attempt_at DateTime64(3, 'UTC'),
    detail String,
    address String,
    payload String CODEC(ZSTD(3)),
    written_at DateTime64(3, 'UTC')
)
ENGINE = {replacing}(written_at)
ORDER BY (route, id)
