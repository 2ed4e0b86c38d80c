"""What somebody may have meant."""

from __future__ import annotations

from lab.suggestion import did_you_mean


def test_close_names_are_asked_for_and_far_ones_are_not() -> None:
    existing = ["asyncpg", "asyncio", "redis"]

    assert did_you_mean("asyncpgg", existing) == "Did you mean asyncpg or asyncio? "
    assert did_you_mean("asyncpgg", existing, most=1) == "Did you mean asyncpg? "
    assert did_you_mean("zebra", existing) == ""
    assert did_you_mean("asyncio2", existing, alike=0.99) == ""
