"""The demonstration's rows: made once, however often it is asked for."""

import runpy
import sys

import asyncpg
import pytest

from snippets.backend.seed import seed
from tests.snippets.backend.conftest import NOWHERE
from tests.snippets.backend.shop import settings_for

COUNTS = """SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM product),
(SELECT max(stock) FROM product)"""


async def test_what_is_there_is_not_made_again(
    own_dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = await asyncpg.connect(own_dsn)
    assert await connection.fetchrow(COUNTS) == (2, 3, 1_000_000)
    await asyncio_run(seed, settings_for(own_dsn, NOWHERE), 5, 7)
    assert await connection.fetchrow(COUNTS) == (2, 5, 1_000_000)
    for name, value in (
        ("DATABASE_URL", own_dsn),
        ("REDIS_URL", NOWHERE),
        ("SECRET_KEY", "k" * 32),
        ("ARGON2_MEMORY_KIB", "8"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "snippets.backend.seed")
    await asyncio_run(runpy.run_module, "snippets.backend.seed", None, "__main__")
    assert await connection.fetchval("SELECT count(*) FROM product") == 20
    assert "ada@example.com and staff@example.com" in capsys.readouterr().out
    await connection.close()


async def asyncio_run(call: object, *given: object) -> None:
    import asyncio

    await asyncio.to_thread(call, *given)  # type: ignore[arg-type]
