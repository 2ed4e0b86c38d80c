-- Ten events by the second column of an index.
\ir events.sql
\a \t \o /dev/null
-- --8<-- [start:skip]
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT id FROM events WHERE device = 471;
-- --8<-- [end:skip]
-- The first execution also reads the catalog: shown is the second.
\o
\g
