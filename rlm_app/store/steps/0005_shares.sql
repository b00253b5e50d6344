CREATE TABLE shares (
    id VARCHAR, token_sha256 VARCHAR, owner VARCHAR, run_id VARCHAR, title VARCHAR, created DOUBLE, expires DOUBLE,
    opened INTEGER, last_opened DOUBLE, size BIGINT, copy BLOB
);
