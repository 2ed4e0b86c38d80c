"""`payload string too long`, and the number of a row in its place."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import psycopg
import pytest

from snippets.queues import errors_payload as payloads

TEXT = "^payload string too long$"
LIMIT = 8000  # bytes, and it must be below


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn)
    await connection.execute(payloads.TABLE)
    yield connection
    await connection.close()


async def heard(dsn: str) -> tuple[Any, "asyncio.Queue[str]"]:
    listener, queue = await asyncpg.connect(dsn), asyncio.Queue[str]()
    await listener.add_listener("orders", lambda *of: queue.put_nowait(str(of[3])))
    return listener, queue


async def test_a_document_is_too_long(connection: Any) -> None:
    with pytest.raises(asyncpg.InvalidParameterValueError, match=TEXT) as raised:
        await payloads.place(connection, LIMIT * "x")
    assert raised.value.sqlstate == "22023"


async def test_the_last_that_passes_has_a_byte_less(connection: Any) -> None:
    await payloads.place(connection, (LIMIT - 1) * "x")


async def test_bytes_count_not_characters(connection: Any) -> None:
    await payloads.place(connection, 3999 * "é")
    for letter, bytes_each in (("é", 2), ("😀", 4)):
        with pytest.raises(asyncpg.InvalidParameterValueError, match=TEXT):
            await payloads.place(connection, LIMIT // bytes_each * letter)


async def test_the_number_of_the_row_is_heard_and_the_row_is_there(
    dsn: str, connection: Any
) -> None:
    listener, queue = await heard(dsn)
    await payloads.place_by_id(connection, 10_000 * "x")
    assert await payloads.read(connection, await queue.get()) == 10_000 * "x"
    await listener.close()


async def test_a_row_that_is_gone_when_its_number_is_heard_is_none(
    dsn: str, connection: Any
) -> None:
    listener, queue = await heard(dsn)
    await payloads.place_by_id(connection, "short")
    payload = await queue.get()
    await connection.execute("DELETE FROM orders")
    assert await payloads.read(connection, payload) is None
    await listener.close()


async def test_what_is_rolled_back_is_not_heard(dsn: str, connection: Any) -> None:
    listener, queue = await heard(dsn)

    async def failing() -> None:
        async with connection.transaction():
            await payloads.place_by_id(connection, "lost")
            raise LookupError

    with pytest.raises(LookupError):
        await failing()
    await payloads.place_by_id(connection, "kept")
    assert await payloads.read(connection, await queue.get()) == "kept"
    assert queue.empty()
    await listener.close()


class Mute:
    """A connection that can write and cannot notify."""

    def __init__(self, connection: Any) -> None:
        self.fetchval, self.transaction = connection.fetchval, connection.transaction

    async def execute(self, statement: str, *of: object) -> None:  # noqa: D102
        raise ConnectionError(statement)


async def test_without_its_notification_there_is_no_row(connection: Any) -> None:
    with pytest.raises(ConnectionError, match="pg_notify"):
        await payloads.place_by_id(Mute(connection), "silent")
    assert await connection.fetchval("SELECT count(*) FROM orders") == 0


TRIGGER = """
CREATE FUNCTION notify_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('orders', {});
    RETURN NEW;
END $$;
CREATE TRIGGER notify_orders AFTER INSERT OR UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION notify_orders()
"""


async def test_in_a_trigger_it_fails_the_statement(dsn: str, connection: Any) -> None:
    """As in cocalc's issue 1718: the whole row, as JSON."""
    await connection.execute(TRIGGER.format("row_to_json(NEW)::text"))
    order = await connection.fetchval(payloads.INSERT, "short")
    update = "UPDATE orders SET body = $2 WHERE id = $1"
    with pytest.raises(asyncpg.InvalidParameterValueError, match=TEXT):
        await connection.execute(update, order, LIMIT * "x")
    assert await connection.fetchval("SELECT body FROM orders") == "short"
    await connection.execute("DROP FUNCTION notify_orders() CASCADE")
    await connection.execute(TRIGGER.format("NEW.id::text"))
    await connection.execute(update, order, LIMIT * "x")


@pytest.mark.parametrize(
    ("number", "payload"), [("NEW.id::text", ""), ("coalesce(NEW.id, OLD.id)::text", "1")]
)
async def test_a_trigger_for_deletions_has_no_new_row(
    number: str, payload: str, dsn: str, connection: Any
) -> None:
    await connection.execute(TRIGGER.format(number).replace("OR UPDATE", "OR DELETE"))
    listener, queue = await heard(dsn)
    await connection.execute(payloads.INSERT, "short")
    await connection.execute("DELETE FROM orders")
    assert [await queue.get() for _ in range(2)] == ["1", payload]
    await listener.close()


async def test_equal_payloads_of_a_transaction_arrive_once(dsn: str, connection: Any) -> None:
    await connection.execute(TRIGGER.format("NEW.id::text"))
    listener, queue = await heard(dsn)
    async with connection.transaction():
        await connection.execute(payloads.INSERT, "short")
        await connection.execute("UPDATE orders SET body = 'long'")
    await connection.execute("UPDATE orders SET id = DEFAULT")  # another number: what comes next
    assert [await queue.get() for _ in range(2)] == ["1", "2"]
    await listener.close()


async def test_to_cut_it_counts_characters_and_leaves_half_a_document(connection: Any) -> None:
    cut = "SELECT pg_notify('orders', left($1, 7999))"
    await connection.execute(cut, LIMIT * "x")
    with pytest.raises(asyncpg.InvalidParameterValueError, match=TEXT):
        await connection.execute(cut, LIMIT * "é")
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await connection.fetchval("SELECT left($1, 9)::json", '{"order": 7}')


async def test_no_setting_is_about_it(connection: Any) -> None:
    found = await connection.fetch(
        "SELECT name FROM pg_settings WHERE name LIKE '%notify%' ORDER BY 1"
    )
    assert [name for (name,) in found] == [
        *("max_notify_queue_pages", "notify_buffers", "trace_notify")
    ]


async def test_a_name_of_a_channel_has_a_limit_of_its_own(connection: Any) -> None:
    await connection.execute("SELECT pg_notify($1, '')", 63 * "c")
    with pytest.raises(asyncpg.InvalidParameterValueError, match=r"^channel name too long$"):
        await connection.execute("SELECT pg_notify($1, '')", 64 * "c")


async def test_a_statement_shortens_the_name_in_place_of_refusing_it(connection: Any) -> None:
    await connection.execute(f"LISTEN {64 * 'c'}")
    assert await connection.fetchval("SELECT pg_listening_channels()") == 63 * "c"
    await connection.execute(f"NOTIFY {64 * 'c'}")


async def test_another_driver_meets_the_same_limit(dsn: str) -> None:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        with pytest.raises(psycopg.errors.InvalidParameterValue, match=TEXT):
            await connection.execute("SELECT pg_notify('orders', %s)", [LIMIT * "x"])
