-- 100,000 events of 10,000 devices. The index begins with four values.
-- --8<-- [start:table]
CREATE TABLE events WITH (autovacuum_enabled = off) AS
SELECT n AS id, n * 7919::bigint % 10_000 AS device,
       hash % 4 AS of_4, hash % 20 AS of_20,
       hash % 200 AS of_200, hash % 1_000 AS of_1000
FROM (SELECT n, n * 104729::bigint % 1000003 AS hash
      FROM generate_series(1, 100_000) AS n);
CREATE INDEX led ON events (of_4, device);
-- Estimates from all rows, not from a sample.
SET default_statistics_target = 400;
VACUUM (FREEZE, ANALYZE) events;
-- --8<-- [end:table]
-- What a plan must not depend on: idle processors and a compiler.
SET max_parallel_workers_per_gather = 0;
SET jit = off;
