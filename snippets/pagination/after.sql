-- The page after 27,000 posts, by a comparison of rows.
\ir posts.sql
\a \t \o /dev/null
-- --8<-- [start:page]
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT * FROM posts
WHERE (created_at, id) < ('2026-01-01 00:02:30Z', 3001)
ORDER BY created_at DESC, id DESC LIMIT 20;
-- --8<-- [end:page]
-- The first execution also reads the catalog: shown is the second.
\o
\g
