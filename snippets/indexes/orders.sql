-- 20,000 orders with a document each, as in expressions.py.
-- --8<-- [start:table]
CREATE TABLE orders (
    id int PRIMARY KEY, at timestamptz NOT NULL, doc jsonb NOT NULL
) WITH (autovacuum_enabled = off);
INSERT INTO orders
SELECT n, timestamptz '2026-01-01Z' + n * interval '1 minute',
       jsonb_build_object('sku', 'S' || n % 1_000, 'n', n,
                          'note', repeat('x', 200))
FROM generate_series(1, 20_000) AS n;
CREATE INDEX orders_at ON orders (at);
CREATE INDEX orders_doc ON orders USING gin (doc jsonb_path_ops);
VACUUM (FREEZE, ANALYZE) orders;
-- --8<-- [end:table]
-- What a plan must not depend on: idle processors and a compiler.
SET max_parallel_workers_per_gather = 0;
SET jit = off;
