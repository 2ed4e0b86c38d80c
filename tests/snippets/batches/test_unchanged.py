"""Three ways to upsert what is mostly there, by what they write, lock and use up."""

import pytest

from snippets.batches.unchanged import WAYS, effects

UPSERT, GUARDED, MERGE = WAYS


@pytest.mark.parametrize("changed", [0, 7, 50])
async def test_an_upsert_writes_and_locks_all_rows_and_uses_up_an_id_for_each(
    changed: int, dsn: str
) -> None:
    assert await effects(dsn, UPSERT, 50, changed) == (50, 50, 50)


@pytest.mark.parametrize("changed", [0, 7, 50])
async def test_with_a_condition_it_still_locks_them_and_uses_up_ids(changed: int, dsn: str) -> None:
    assert await effects(dsn, GUARDED, 50, changed) == (changed, 50, 50)


@pytest.mark.parametrize("changed", [0, 7, 50])
async def test_a_merge_touches_only_what_has_changed(changed: int, dsn: str) -> None:
    assert await effects(dsn, MERGE, 50, changed) == (changed, changed, 0)
