-- How many posts were to be expected in a minute of a series; NaN where that was not known. What was
-- logged before says nothing of it.
ALTER TABLE watch_log {on_cluster}
    ADD COLUMN IF NOT EXISTS due Float32 DEFAULT nan CODEC(ZSTD(1)) AFTER high;
