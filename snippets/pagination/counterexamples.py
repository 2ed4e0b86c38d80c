"""Hypothesis looks for a history in which pages drift.

Running it tries three ways to ask for the next page and prints, for
each that fails, a history that Hypothesis has made small.
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
@st.composite
def histories(draw: st.DrawFn, kinds: Sequence[str]) -> History:
    time = st.integers(0, 3)  # so few that rows tie
    times = draw(st.lists(time, min_size=1, max_size=8))
    row = st.integers(1, len(times))
    change = st.tuples(st.sampled_from(kinds), row, time)
    changes = draw(st.lists(change, max_size=4))
    return History(times, draw(st.integers(1, 4)), changes)


# --8<-- [end:histories]
# --8<-- [start:counterexample]
def counterexample(
    connection: Connection, way: str, kinds: Sequence[str]
) -> History | None:
    """A small history in which pages drift, if one of 200 does."""
    try:
        return find(
            histories(kinds),
            lambda tried: drifts(walk(connection, way, tried), tried),
            settings=settings(
                max_examples=200, derandomize=True, deadline=None
            ),
        )
    except NoSuchExample:
        return None


# --8<-- [end:counterexample]


def demonstrate(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(SCHEMA)
        for way, kinds in (
            ("OFFSET", FIXED),
            ("at < last", FIXED),
            ("(at, id) < last", ("move", *FIXED)),
            ("(at, id) < last", FIXED),
        ):
            print(f"{way}; {', '.join(kinds)}")
            found = counterexample(connection, way, kinds)
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
