-- What people keep on the page. The newest row of an id counts; removed: that it was taken away.
-- address: the parameters of the page's address, which say the whole view.
CREATE TABLE IF NOT EXISTS saved_views {on_cluster}
(
    id UUID,
    at DateTime64(3, 'UTC'),
    who String,
    name String,
    address String,
    removed UInt8
)
ENGINE = {replacing}(at)
ORDER BY id;

-- A note on the time axis of one brand, or of all where brand is ''.
CREATE TABLE IF NOT EXISTS time_notes {on_cluster}
(
    id UUID,
    at DateTime64(3, 'UTC'),
    who String,
    moment DateTime64(3, 'UTC'),
    brand String,
    text String,
    removed UInt8
)
ENGINE = {replacing}(at)
ORDER BY id
