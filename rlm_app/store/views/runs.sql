SELECT id, coalesce(spec ->> '$.question', '') AS question, title, answer, state, stop,
    spec ->> '$.backend' AS backend, spec ->> '$.root_model' AS root_model, spec ->> '$.sub_model' AS sub_model,
    coalesce(spec ->> '$.environment', 'local') AS environment, coalesce(spec ->> '$.mode', 'rlm') AS mode,
    document_names AS documents, make_timestamp(CAST(created * 1000000 AS BIGINT)) AS created,
    make_timestamp(CAST(finished * 1000000 AS BIGINT)) AS finished, seconds,
    TRY_CAST(usage ->> '$.cost' AS DOUBLE) AS cost, coalesce(TRY_CAST(usage ->> '$.calls' AS BIGINT), 1) AS calls,
    TRY_CAST(usage ->> '$.input_tokens' AS BIGINT) AS input_tokens,
    TRY_CAST(usage ->> '$.cached_tokens' AS BIGINT) AS cached_tokens,
    TRY_CAST(usage ->> '$.output_tokens' AS BIGINT) AS output_tokens,
    quotes_found, quotes_total, starred, error
FROM runs WHERE owner = $1 ORDER BY runs.created DESC
