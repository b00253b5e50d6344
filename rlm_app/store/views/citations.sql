SELECT run_id, coalesce(TRY_CAST(body ->> '$.iteration' AS INTEGER), 0) AS turn, body ->> '$.citation.quote' AS quote,
    body ->> '$.citation.verdict' AS verdict, body ->> '$.citation.document' AS document,
    body ->> '$.citation.page' AS page, coalesce(TRY_CAST(body ->> '$.citation.start' AS BIGINT), 0) AS start,
    coalesce(TRY_CAST(body ->> '$.citation.end' AS BIGINT), 0) AS "end", body ->> '$.citation.sha256' AS sha256
FROM (SELECT * REPLACE ($body AS body) FROM events) WHERE kind = 'Cited' AND run_id IN (SELECT id FROM runs WHERE owner = $1) ORDER BY run_id, seq
