-- What people took out of the page, written before they got it. what: csv, parquet or report.
-- address: the view, as the page's address says it. All else that people do has tables of its own.
CREATE TABLE IF NOT EXISTS exports {on_cluster}
(
    id UUID,
    at DateTime64(3, 'UTC'),
    who String,
    what LowCardinality(String),
    address String
)
ENGINE = {replacing}
ORDER BY (at, id);

-- Who edited what the installation goes by: a file of people's, when a part found it changed. who:
-- owner of the file. digest: of its content, so that one edit is one row.
CREATE TABLE IF NOT EXISTS file_changes {on_cluster}
(
    file LowCardinality(String),
    digest String,
    at DateTime64(3, 'UTC'),
    who String,
    detail String
)
ENGINE = {replacing}
ORDER BY (file, at, digest);

-- Secrets that all parts of the installation share; the first row of a name counts.
CREATE TABLE IF NOT EXISTS installation_secrets {on_cluster}
(
    name String,
    at DateTime64(6, 'UTC'),
    secret String
)
ENGINE = {merge_tree}
ORDER BY (name, at)
