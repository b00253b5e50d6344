CREATE TABLE runs (
    id VARCHAR, owner VARCHAR, spec VARCHAR, state VARCHAR, boot VARCHAR, created DOUBLE,
    document_names VARCHAR[], finished DOUBLE, seconds DOUBLE, stop VARCHAR, answer VARCHAR, error VARCHAR,
    usage VARCHAR, quotes_found INTEGER, quotes_total INTEGER, sample BOOLEAN
);
CREATE TABLE events (
    run_id VARCHAR, seq INTEGER, kind VARCHAR, moment DOUBLE, call_id VARCHAR, parent_id VARCHAR, depth INTEGER,
    body VARCHAR USING COMPRESSION zstd, texts VARCHAR[]
);
CREATE TABLE texts (sha256 VARCHAR, size BIGINT, text VARCHAR USING COMPRESSION zstd);
CREATE TABLE documents (
    owner VARCHAR, sha256 VARCHAR, name VARCHAR, info VARCHAR, text_sha256 VARCHAR, added DOUBLE
);
CREATE TABLE journal (
    run_id VARCHAR, call_key VARCHAR, occurrence INTEGER, state VARCHAR, call_id VARCHAR, moment DOUBLE,
    completion VARCHAR USING COMPRESSION zstd, texts VARCHAR[]
);
