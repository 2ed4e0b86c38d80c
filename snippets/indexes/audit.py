"""Indexes that are not valid, contained in another, or not scanned.

Running it asks for those of a table that has too many.
"""

import asyncio

from snippets.indexes.plans import quiet

# --8<-- [start:audit]
AUDIT = """
WITH one AS (
    SELECT indexrelid AS id, indrelid, indisvalid,
           indisunique OR indisexclusion AS rule,
           indnatts > indnkeyatts AS includes, ARRAY(
               SELECT (pg_get_indexdef(indexrelid, n + 1, false),
                       indclass[n], indcollation[n], indoption[n])::text
               FROM generate_series(0, indnkeyatts - 1) AS n
           ) AS columns,
           coalesce(pg_get_expr(indpred, indrelid), '') AS predicate
    FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE NOT relispartition
), pair AS (
    SELECT DISTINCT ON (a.id) a.id, b.id AS other
    FROM one AS a JOIN one AS b USING (indrelid, predicate)
    WHERE a.id <> b.id AND b.indisvalid AND NOT (a.rule OR a.includes)
      AND a.columns = b.columns[:cardinality(a.columns)]
      AND (cardinality(a.columns) < cardinality(b.columns)
           OR b.rule OR b.includes OR a.id > b.id)
    ORDER BY a.id, b.id
)
SELECT one.id::regclass::text AS name, CASE
    WHEN NOT indisvalid THEN 'not valid'
    WHEN other IS NOT NULL THEN 'contained in ' || other::regclass
    ELSE 'not scanned' END AS finding
FROM one LEFT JOIN pair USING (id)
JOIN pg_stat_user_indexes ON indexrelid = id
WHERE NOT indisvalid OR other IS NOT NULL OR idx_scan = 0 AND NOT rule
ORDER BY finding, name
"""
# --8<-- [end:audit]
TABLE = """
CREATE TABLE users (
    id int PRIMARY KEY, email text UNIQUE, team int, at timestamptz
);
CREATE INDEX users_email ON users (email);
CREATE INDEX users_prefix ON users (email text_pattern_ops);
CREATE INDEX users_team ON users (team);
CREATE INDEX users_newest ON users (team DESC);
CREATE INDEX users_team_at ON users (team, at);
CREATE INDEX users_lower ON users (lower(email));
CREATE INDEX users_new ON users (team) WHERE email IS NULL;
UPDATE pg_index SET indisvalid = false
WHERE indexrelid = 'users_lower'::regclass
"""


async def demonstrate(dsn: str) -> None:
    async with quiet(dsn, TABLE) as connection:
        for row in await connection.fetch(AUDIT):
            print(f"{row['name']}: {row['finding']}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
