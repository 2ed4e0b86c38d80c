"""What stays in a session that is given back without a reset."""

import asyncpg
import pytest

from snippets.pool.experiments.reset import leave

LEFT = """SELECT current_setting('search_path'),
    array(SELECT pg_listening_channels()),
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())"""
CLEAN: tuple[object, ...] = ('"$user", public', [], 0)


@pytest.mark.parametrize(
    ("reset", "left"), [(None, CLEAN), (leave, ("tenant_a", ["orders"], 1))], ids=["reset", "leave"]
)
async def test_a_setting_a_listener_and_a_lock_stay_for_the_next_request_without_a_reset(
    dsn: str, reset: object, left: tuple[object, ...]
) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1, reset=reset) as pool:
        async with pool.acquire() as connection:
            await connection.execute("SET search_path = tenant_a")
            await connection.execute("LISTEN orders")
            await connection.execute("SELECT pg_advisory_lock(42)")
        assert tuple(await pool.fetchrow(LEFT)) == left
