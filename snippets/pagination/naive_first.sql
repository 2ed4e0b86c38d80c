-- One prepared statement for the first page and the next.
\ir posts.sql
\a \t \o /dev/null
-- --8<-- [start:sixth]
PREPARE page (timestamptz, bigint) AS
SELECT * FROM posts
WHERE $1 IS NULL OR (created_at, id) < ($1, $2)
ORDER BY created_at DESC, id DESC LIMIT 20;

-- Executed six times; shown is the sixth.
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
EXECUTE page('2026-01-01 00:02:30Z', 3001);
-- --8<-- [end:sixth]
\g \g \g \g
\o
\g
