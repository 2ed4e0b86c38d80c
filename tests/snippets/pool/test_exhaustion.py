"""A connection held across an outbound call, and one released before it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from snippets.concurrency.wire import stretched
from snippets.pool import exhaustion, naive_exhaustion
from snippets.pool.payments import ORDERS, Checkout, DeclinedError, NotPayableError, rush

CHECKOUT = pytest.mark.parametrize("checkout", [naive_exhaustion.checkout, exhaustion.checkout])


@pytest.fixture
async def engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.execute(text(ORDERS))
    yield engine
    await engine.dispose()


async def receipts(engine: AsyncEngine) -> list[tuple[int, str]]:
    query = "SELECT id, receipt FROM orders WHERE receipt IS NOT NULL ORDER BY id"
    async with engine.connect() as connection:
        return [(row.id, row.receipt) for row in await connection.execute(text(query))]


def taken(engine: AsyncEngine) -> int:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedout()


async def taken_during_the_call(engine: AsyncEngine, checkout: Checkout) -> int:
    seen: list[int] = []

    async def charge(cents: int, key: str) -> str:
        seen.append(taken(engine))
        return "paid"

    await checkout(engine, charge, 1)
    return seen[0]


@CHECKOUT
async def test_a_paid_order_and_no_other_has_its_receipt(
    checkout: Checkout, engine: AsyncEngine
) -> None:
    async def charge(cents: int, key: str) -> str:
        return f"{cents} cents"

    await checkout(engine, charge, 7)
    assert await receipts(engine) == [(7, "4200 cents")]


@CHECKOUT
async def test_a_declined_order_has_no_receipt_and_its_connection_is_back(
    checkout: Checkout, engine: AsyncEngine
) -> None:
    async def charge(cents: int, key: str) -> str:
        raise DeclinedError("no money")

    with pytest.raises(DeclinedError, match="no money"):
        await checkout(engine, charge, 7)
    assert taken(engine) == 0
    assert await receipts(engine) == []


async def expire_claims(engine: AsyncEngine) -> None:
    seconds = {"seconds": exhaustion.CLAIM_S}
    earlier = "UPDATE orders SET claimed_at = claimed_at - make_interval(secs => :seconds)"
    async with engine.begin() as connection:
        await connection.execute(text(earlier), seconds)


class Gateway:
    """Decides once for each key, as gateways do, and answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.charged: dict[str, int] = {}
        self.declined: set[str] = set()
        self.has_money = True
        self.was_asked = asyncio.Semaphore(0)
        self.answers = asyncio.Event()

    async def charge(self, cents: int, key: str) -> str:
        """Take the money at once, unless this key has paid, and say so later."""
        self.asked.append(key)
        self.was_asked.release()
        if key not in self.charged and not self.has_money:
            self.declined.add(key)
        if key not in self.declined:
            self.charged.setdefault(key, cents)
        await self.answers.wait()
        if key in self.declined:
            raise DeclinedError("no money")
        return f"receipt of {key}"


@CHECKOUT
async def test_a_double_click_asks_the_gateway_once(
    checkout: Checkout, engine: AsyncEngine
) -> None:
    gateway = Gateway()
    first = asyncio.create_task(checkout(engine, gateway.charge, 3))
    await gateway.was_asked.acquire()
    second = asyncio.create_task(checkout(engine, gateway.charge, 3))
    asked_again = asyncio.create_task(gateway.was_asked.acquire())
    # The naive one waits for a lock until the first has its answer.
    await asyncio.wait([second, asked_again], timeout=0.5, return_when="FIRST_COMPLETED")
    asked_again.cancel()
    gateway.answers.set()
    await first
    with pytest.raises(NotPayableError):
        await second
    assert len(gateway.asked) == 1
    assert await receipts(engine) == [(3, f"receipt of {gateway.asked[0]}")]


@CHECKOUT
@pytest.mark.parametrize("order_id", [3, 17])
async def test_a_paid_order_and_one_that_does_not_exist_are_not_charged(
    checkout: Checkout, engine: AsyncEngine, order_id: int
) -> None:
    gateway = Gateway()
    gateway.answers.set()
    await checkout(engine, gateway.charge, 3)
    await expire_claims(engine)
    with pytest.raises(NotPayableError, match=str(order_id)):
        await checkout(engine, gateway.charge, order_id)
    assert len(gateway.asked) == 1


async def test_another_card_can_pay_at_once_what_one_could_not(engine: AsyncEngine) -> None:
    """The key that was declined would be declined again, whatever the card."""
    gateway = Gateway()
    gateway.answers.set()
    gateway.has_money = False
    with pytest.raises(DeclinedError):
        await exhaustion.checkout(engine, gateway.charge, 3)
    gateway.has_money = True
    await exhaustion.checkout(engine, gateway.charge, 3)
    assert list(gateway.charged.values()) == [4200]
    assert [order for order, _ in await receipts(engine)] == [3]


async def test_a_refusal_that_comes_late_frees_no_later_attempt(engine: AsyncEngine) -> None:
    first, second, other_card = Gateway(), Gateway(), Gateway()
    first.has_money = second.has_money = False
    declined = []
    for gateway in (first, second):  # the first claim expires, and the second repeats its key
        payment = exhaustion.checkout(engine, gateway.charge, 3)
        declined.append(asyncio.create_task(payment))
        await gateway.was_asked.acquire()
        await expire_claims(engine)
    assert first.asked == second.asked
    first.answers.set()
    with pytest.raises(DeclinedError):
        await declined[0]
    paid = asyncio.create_task(exhaustion.checkout(engine, other_card.charge, 3))
    await other_card.was_asked.acquire()
    second.answers.set()
    with pytest.raises(DeclinedError):
        await declined[1]
    with pytest.raises(NotPayableError):
        await exhaustion.checkout(engine, other_card.charge, 3)
    other_card.answers.set()
    await paid
    assert len(other_card.asked) == 1


async def test_a_refusal_frees_no_other_order(engine: AsyncEngine) -> None:
    pending, refusing = Gateway(), Gateway()
    refusing.has_money = False
    refusing.answers.set()
    paid = asyncio.create_task(exhaustion.checkout(engine, pending.charge, 3))
    await pending.was_asked.acquire()
    with pytest.raises(DeclinedError):
        await exhaustion.checkout(engine, refusing.charge, 4)
    with pytest.raises(NotPayableError):
        await exhaustion.checkout(engine, pending.charge, 3)
    pending.answers.set()
    await paid
    assert len(pending.asked) == 1


async def test_who_gives_up_on_the_gateway_keeps_others_away_until_the_claim_expires(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the first call charged is unknown; the key makes the second one safe."""
    gateway = Gateway()
    with monkeypatch.context() as patch:
        patch.setattr(exhaustion, "GATEWAY_S", 0.01)
        with pytest.raises(TimeoutError):
            await exhaustion.checkout(engine, gateway.charge, 3)
    assert await receipts(engine) == []
    with pytest.raises(NotPayableError):
        await exhaustion.checkout(engine, gateway.charge, 3)
    await expire_claims(engine)
    gateway.answers.set()
    await exhaustion.checkout(engine, gateway.charge, 3)
    assert list(gateway.charged.values()) == [4200]
    assert await receipts(engine) == [(3, f"receipt of {gateway.asked[0]}")]


async def test_a_customer_who_hangs_up_leaves_the_order_payable_later(
    engine: AsyncEngine,
) -> None:
    gateway = Gateway()
    hangs_up = asyncio.create_task(exhaustion.checkout(engine, gateway.charge, 3))
    await gateway.was_asked.acquire()
    hangs_up.cancel()
    await asyncio.wait([hangs_up])
    assert taken(engine) == 0
    await expire_claims(engine)
    gateway.answers.set()
    await exhaustion.checkout(engine, gateway.charge, 3)
    assert list(gateway.charged.values()) == [4200]


def test_a_claim_outlives_the_call_that_it_protects() -> None:
    assert exhaustion.CLAIM_S > exhaustion.GATEWAY_S


async def test_no_connection_is_taken_while_the_gateway_is_asked(engine: AsyncEngine) -> None:
    assert await taken_during_the_call(engine, exhaustion.checkout) == 0


@pytest.mark.parametrize(
    ("checkout", "trips"), [(naive_exhaustion.checkout, 4), (exhaustion.checkout, 6)]
)
async def test_a_claim_costs_two_round_trips_more(
    engine: AsyncEngine, dsn: str, checkout: Checkout, trips: int
) -> None:
    """It begins a transaction of its own, and commits it."""
    gateway = Gateway()
    gateway.answers.set()
    async with stretched(dsn) as wire:
        url = make_url(wire.dsn).set(drivername="postgresql+asyncpg")
        far = create_async_engine(url)
        await checkout(far, gateway.charge, 1)  # prepares the statements
        before = wire.trips
        await checkout(far, gateway.charge, 2)
        assert wire.trips - before == trips
        await far.dispose()


@pytest.mark.naive("snippets/pool/naive_exhaustion.py")
async def test_a_session_across_the_call_keeps_its_connection(engine: AsyncEngine) -> None:
    assert await taken_during_the_call(engine, naive_exhaustion.checkout) == 1


@pytest.mark.naive("snippets/pool/naive_exhaustion.py")
async def test_the_sixteenth_payment_meets_the_limit_of_the_default_pool(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await rush(dsn, naive_exhaustion.checkout)
    pending, failed, error = capsys.readouterr().out.splitlines()
    assert pending == "15 payments pending, 15 connections taken"
    assert failed == "the 16th fails"
    assert error.startswith("QueuePool limit of size 5 overflow 10 reached, connection timed out")


async def test_the_sixteenth_payment_succeeds_when_connections_are_released(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await rush(dsn, exhaustion.checkout)
    assert capsys.readouterr().out.splitlines() == [
        "15 payments pending, 0 connections taken",
        "the 16th is paid",
    ]
