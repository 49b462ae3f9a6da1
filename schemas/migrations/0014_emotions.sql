-- What else the model says of a text: emotions that hold, and the probability that it offends. Rows
-- from before have none and 0.
ALTER TABLE mentions {on_cluster}
    ADD COLUMN IF NOT EXISTS emotions Array(LowCardinality(String)) AFTER topics,
    ADD COLUMN IF NOT EXISTS offensive Float32 AFTER emotions
