-- The newest failed jobs, by a prepared statement.
\ir jobs.sql
\a \t \o /dev/null
-- --8<-- [start:sixth]
PREPARE newest (text) AS
SELECT id FROM jobs WHERE status = $1
ORDER BY created_at DESC LIMIT 10;

-- Executed six times; shown is the sixth.
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
EXECUTE newest('failed');
-- --8<-- [end:sixth]
\g \g \g \g
\o
\g
