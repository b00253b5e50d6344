SELECT run_id, call_id, parent_id, depth, TRY_CAST(body ->> '$.iteration' AS INTEGER) AS turn,
    CASE WHEN kind = 'ModelReplied' THEN coalesce(body ->> '$.purpose', 'turn') ELSE 'sub-call' END AS role,
    body ->> '$.model' AS model, make_timestamp(CAST(moment * 1000000 AS BIGINT)) AS ended,
    coalesce(TRY_CAST(body ->> '$.seconds' AS DOUBLE), 0) AS seconds,
    TRY_CAST(body ->> '$.usage.cost' AS DOUBLE) AS cost,
    TRY_CAST(body ->> '$.usage.input_tokens' AS BIGINT) AS input_tokens,
    TRY_CAST(body ->> '$.usage.cached_tokens' AS BIGINT) AS cached_tokens,
    TRY_CAST(body ->> '$.usage.output_tokens' AS BIGINT) AS output_tokens,
    coalesce(body ->> '$.finish', 'stop') AS finish, body ->> '$.error' AS error,
    coalesce(TRY_CAST(body ->> '$.replayed' AS BOOLEAN), false) AS replayed
FROM (SELECT * REPLACE ($body AS body) FROM events) WHERE kind IN ('ModelReplied', 'SubcallFinished')
    AND run_id IN (SELECT id FROM runs WHERE owner = $1) ORDER BY run_id, seq
