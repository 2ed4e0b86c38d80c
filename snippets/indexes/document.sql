-- Orders by a value in their documents.
\ir orders.sql
\a \t \o /dev/null
-- --8<-- [start:sku]
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT id, doc FROM orders WHERE doc @> '{"sku": "S47"}';
-- --8<-- [end:sku]
-- The first execution also reads the catalog: shown is the second.
\o
\g
