"""What an index costs the writes."""

import pytest

from snippets.indexes.plans import quiet
from snippets.indexes.price import INDEXES, price

MENTIONED = {"(seen_at)", "INCLUDE (seen_at)", "WHERE seen_at …"}


@pytest.mark.parametrize("label", INDEXES)
async def test_updates_are_heap_only_unless_an_index_mentions_their_column(
    label: str, dsn: str
) -> None:
    async with quiet(dsn) as connection:
        hot, updates, inserts = await price(connection, INDEXES[label])
    if label in MENTIONED:
        assert hot == 0
        assert 6_000 <= updates < 6_200  # the row, its key and the other index
    else:
        assert hot == 2_000
        assert 2_000 <= updates < 2_020
    indexed = label not in {"none", "brin (seen_at)"}
    assert (3_000 if indexed else 2_000) <= inserts < (3_100 if indexed else 2_050)
