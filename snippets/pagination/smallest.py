"""Hypothesis looks for a history in which pages drift.

Running it tries three ways to ask for the next page and prints, for
each that fails, the smallest history in which it does.
"""

from collections.abc import Sequence

import psycopg
from hypothesis import find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from snippets.pagination.histories import (
    CHANGES,
    FIXED,
    SCHEMA,
    Connection,
    History,
    drifts,
    walk,
)


# --8<-- [start:histories]
def histories(kinds: Sequence[str]) -> st.SearchStrategy[History]:
    times = st.integers(0, 3)  # so few that rows tie
    ids = st.integers(1, 8)
    change = st.tuples(st.sampled_from(kinds), ids, times)
    return st.builds(
        History,
        times=st.lists(times, max_size=8),
        size=st.integers(1, 4),
        changes=st.lists(change, max_size=4),
    )


# --8<-- [end:histories]
# --8<-- [start:smallest]
def smallest(
    connection: Connection, way: str, kinds: Sequence[str]
) -> History | None:
    """The smallest of two hundred histories in which pages drift."""
    try:
        return find(
            histories(kinds),
            lambda tried: drifts(walk(connection, way, tried), tried),
            settings=settings(max_examples=200, derandomize=True),
        )
    except NoSuchExample:
        return None


# --8<-- [end:smallest]


def demonstrate(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(SCHEMA)
        for way, kinds in (
            ("OFFSET", FIXED),
            ("at < last", FIXED),
            ("(at, id) < last", (*FIXED, "move")),
            ("(at, id) < last", FIXED),
        ):
            print(f"{way}; {', '.join(kinds)}")
            found = smallest(connection, way, kinds)
            if found is None:
                print("  no row twice, none lost")
                continue
            print(f"  rows at {found.times}, pages of {found.size}")
            for kind, row, at in found.changes:
                print("  then", CHANGES[kind] % {"id": row, "at": at})
            print("  read:", *walk(connection, way, found))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        demonstrate(dsn)


if __name__ == "__main__":
    main()
