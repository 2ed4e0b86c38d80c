-- The page after 27,000 posts, by a condition that is written out.
\ir posts.sql
\a \t \o /dev/null
-- --8<-- [start:page]
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT * FROM posts
WHERE created_at < '2026-01-01 00:02:30Z'
   OR created_at = '2026-01-01 00:02:30Z' AND id < 3001
ORDER BY created_at DESC, id DESC LIMIT 20;
-- --8<-- [end:page]
-- The first execution also reads the catalog: shown is the second.
\o
\g
