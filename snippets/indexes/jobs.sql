-- 20,000 jobs whose failed ones are the oldest, as in jobs.py.
-- --8<-- [start:table]
CREATE TABLE jobs (
    id bigint PRIMARY KEY,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    payload text NOT NULL
) WITH (autovacuum_enabled = off);
CREATE INDEX jobs_created ON jobs (created_at);
CREATE INDEX jobs_failed ON jobs (created_at)
    WHERE status = 'failed';
INSERT INTO jobs
SELECT n,
       CASE WHEN n <= 100 THEN 'failed'
            ELSE (ARRAY['done', 'skipped', 'archived'])[1 + n % 3] END,
       timestamptz '2026-01-01Z' + n * interval '1 minute',
       repeat('x', 500)
FROM generate_series(1, 20000) AS n;
VACUUM (FREEZE, ANALYZE) jobs;
-- --8<-- [end:table]
-- What a plan must not depend on: idle processors and a compiler.
SET max_parallel_workers_per_gather = 0;
SET jit = off;
