-- How each model version does on held-out labelled texts, as its folder says. Whoever begins to score
-- with it writes all of its rows at one moment; of a version's rows those of the last moment count.
CREATE TABLE IF NOT EXISTS model_figures {on_cluster}
(
    model_version String,
    source String,
    lang LowCardinality(String),
    texts UInt32,
    accuracy Float32,
    macro_f1 Float32,
    calibration_error Float32,
    trained UInt8,
    at DateTime64(3, 'UTC')
)
ENGINE = {replacing}(at)
ORDER BY (model_version, source, lang)
