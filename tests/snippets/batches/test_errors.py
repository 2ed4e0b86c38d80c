"""The listings of the error index raise the errors that their pages are called by."""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import ResponseValidationError
from pydantic import BaseModel
from sqlalchemy import ForeignKey, create_engine, func, make_url, select
from sqlalchemy.exc import InterfaceError, InvalidRequestError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    contains_eager,
    joinedload,
    load_only,
    mapped_column,
    relationship,
    selectinload,
)
from sqlalchemy.orm.exc import DetachedInstanceError

from snippets.batches import (
    errors_arguments,
    errors_detached,
    errors_greenlet,
    errors_unique,
    once,
    orders,
)
from snippets.batches import errors_greenlet_causes as causes
from snippets.batches.counting import counting
from snippets.batches.orders import Line, Order
from snippets.batches.prices import row

GREENLET = (
    r"^greenlet_spawn has not been called; can't call await_\(\) here\. "
    r"Was IO attempted in an unexpected place\?"
)


@pytest.mark.parametrize("read", [errors_greenlet.not_loaded, errors_greenlet.expired])
async def test_reading_what_is_not_loaded_does_not_find_its_greenlet(
    read: Callable[[AsyncSession], Awaitable[Any]], order_engine: AsyncEngine
) -> None:
    async with AsyncSession(order_engine) as session:
        with pytest.raises(MissingGreenlet, match=GREENLET):
            await read(session)


async def test_keeping_attributes_after_a_commit_mends_only_what_had_expired(
    order_engine: AsyncEngine,
) -> None:
    async with AsyncSession(order_engine, expire_on_commit=False) as session:
        assert await errors_greenlet.expired(session) == 220
        with pytest.raises(MissingGreenlet, match=GREENLET):
            await errors_greenlet.not_loaded(session)


async def test_a_rollback_expires_what_a_commit_was_told_to_keep(
    order_engine: AsyncEngine,
) -> None:
    async with AsyncSession(order_engine, expire_on_commit=False) as session:
        order = (await session.scalars(select(Order).limit(1))).one()
        await session.rollback()
        with pytest.raises(MissingGreenlet, match=GREENLET):
            _ = order.address
        await session.refresh(order)
        assert order.address
        await session.rollback()
    with pytest.raises(DetachedInstanceError, match="attribute refresh operation cannot proceed"):
        _ = order.address


async def test_a_column_that_the_query_left_out_is_not_loaded_either(
    order_engine: AsyncEngine,
) -> None:
    query = select(Order).limit(1).options(load_only(Order.id))
    async with AsyncSession(order_engine) as session:
        order = (await session.scalars(query)).one()
        with pytest.raises(MissingGreenlet, match=GREENLET):
            _ = order.address
    with pytest.raises(DetachedInstanceError, match="deferred load operation of attribute 'addr"):
        _ = order.address


async def test_what_was_loaded_with_the_query_can_be_read(order_engine: AsyncEngine) -> None:
    async with AsyncSession(order_engine) as session:
        assert await errors_greenlet.loaded(session) == 10


async def test_fastapi_wraps_it_in_a_response_validation_error(order_engine: AsyncEngine) -> None:
    class OrderOut(BaseModel):
        address: str

    app = FastAPI()

    async with AsyncSession(order_engine) as session:

        @app.get("/", response_model=OrderOut)
        async def read() -> Order:
            order = await session.get_one(Order, 1)
            await session.commit()
            return order

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            with pytest.raises(ResponseValidationError, match="extracting attribute: MissingGree"):
                await client.get("/")


@pytest.fixture
async def users(dsn: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database that holds one user."""
    engine = orders.connect(dsn)
    await causes.create_tables(engine, fixed=True)
    async with AsyncSession(engine) as session:
        session.add(causes.User(name="Ada"))
        await session.commit()
    yield engine
    await engine.dispose()


SITUATIONS = pytest.mark.parametrize("situation", [causes.rename, causes.create, causes.append])
Situation = Callable[[AsyncSession, bool], Awaitable[Any]]


@SITUATIONS
async def test_keeping_attributes_is_no_help_where_nothing_was_loaded(
    situation: Situation, users: AsyncEngine
) -> None:
    async with AsyncSession(users, expire_on_commit=False) as session:
        with pytest.raises(MissingGreenlet, match=GREENLET):
            await situation(session, False)


@SITUATIONS
async def test_and_its_fix_is(situation: Situation, users: AsyncEngine) -> None:
    """Of users whom nobody has renamed: a name that is set again changes nothing."""
    async with AsyncSession(users, expire_on_commit=False) as session:
        await situation(session, True)


async def test_a_refresh_without_names_does_not_load_a_lazy_relationship(
    users: AsyncEngine,
) -> None:
    async with AsyncSession(users, expire_on_commit=False) as session:
        user = causes.User(name="Bob")
        session.add(user)
        await session.commit()
        await session.refresh(user)
        with pytest.raises(MissingGreenlet, match=GREENLET):
            _ = user.keys
        await session.refresh(user, ["keys"])
        assert user.keys == []


async def test_eager_defaults_fetch_what_the_server_set(dsn: str) -> None:
    """The second fix of the page, for a column that an update changes."""

    class Base(DeclarativeBase):
        pass

    class Note(Base):
        __tablename__ = "notes"
        __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 — SQLAlchemy reads it so
        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str]
        changed: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    engine = orders.connect(dsn)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        note = Note(text="first")
        session.add(note)
        await session.commit()
        first = note.changed
        note.text = "second"
        await session.commit()
        assert note.changed > first
    await engine.dispose()


async def test_a_joined_relationship_of_a_new_object_is_not_loaded_either(dsn: str) -> None:
    """As in fastapi-users, whose accounts of other providers are joined: its issue 1264."""

    class Base(DeclarativeBase):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Member(Base):
        __tablename__ = "members"
        accounts: Mapped[list["Account"]] = relationship(lazy="joined")

    class Account(Base):
        __tablename__ = "accounts"
        member_id: Mapped[int] = mapped_column(ForeignKey(Member.id))

    engine = orders.connect(dsn)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        member = Member()
        session.add(member)
        await session.commit()
        with pytest.raises(MissingGreenlet, match=GREENLET):
            _ = member.accounts
        await session.refresh(member, ["accounts"])
        assert member.accounts == []
    await engine.dispose()


async def test_the_sync_interface_has_no_greenlet(users: AsyncEngine) -> None:
    with pytest.raises(MissingGreenlet, match=GREENLET):
        await causes.create_tables(users, fixed=False)
    await causes.create_tables(users, fixed=True)


@pytest.mark.filterwarnings("ignore:coroutine 'connect' was never awaited:RuntimeWarning")
def test_a_sync_engine_cannot_use_an_async_driver(dsn: str) -> None:
    """As when Alembic's plain environment is given the URL of the service."""
    url = make_url(dsn)
    sync = create_engine(url.set(drivername="postgresql+asyncpg"))
    with pytest.raises(MissingGreenlet, match=GREENLET):
        sync.connect()
    gc.collect()  # the coroutine, while nobody is told of it
    right = create_engine(url.set(drivername="postgresql+psycopg"))
    with right.connect() as connection:
        assert connection.scalar(select(1)) == 1
    right.dispose()


async def test_an_order_that_outlived_its_session_cannot_load_its_lines(
    order_engine: AsyncEngine,
) -> None:
    order = await errors_detached.not_loaded(order_engine)
    assert order.address
    with pytest.raises(
        DetachedInstanceError,
        match=r"^Parent instance <Order at 0x[0-9a-f]+> is not bound to a Session; "
        r"lazy load operation of attribute 'lines' cannot proceed",
    ):
        _ = order.lines


async def test_fastapi_wraps_that_too(order_engine: AsyncEngine) -> None:
    class LineOut(BaseModel):
        sku: str

    class OrderOut(BaseModel):
        lines: list[LineOut]

    app = FastAPI()

    @app.get("/late", response_model=OrderOut)
    async def late() -> Order:
        return await errors_detached.not_loaded(order_engine)

    @app.get("/loaded", response_model=OrderOut)
    async def loaded() -> Order:
        return await errors_detached.loaded(order_engine)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        with pytest.raises(ResponseValidationError, match="extracting attribute: DetachedInst"):
            await client.get("/late")
        assert len((await client.get("/loaded")).json()["lines"]) == 10


async def test_an_order_that_was_committed_before_cannot_load_its_columns(
    order_engine: AsyncEngine,
) -> None:
    order = await errors_detached.expired(order_engine)
    with pytest.raises(
        DetachedInstanceError,
        match=r"^Instance <Order at 0x[0-9a-f]+> is not bound to a Session; "
        r"attribute refresh operation cannot proceed",
    ):
        _ = order.address


async def test_what_was_loaded_and_kept_can_be_read_without_a_session(
    order_engine: AsyncEngine,
) -> None:
    order = await errors_detached.loaded(order_engine)
    assert len(order.address) == 220
    assert len(order.lines) == 10


async def test_a_joined_collection_wants_unique(order_engine: AsyncEngine) -> None:
    async with AsyncSession(order_engine) as session:
        with pytest.raises(
            InvalidRequestError,
            match=r"^The unique\(\) method must be invoked on this Result, as it contains "
            r"results that include joined eager loads against collections",
        ):
            await errors_unique.page(session)


async def test_neither_distinct_nor_a_set_is_unique(order_engine: AsyncEngine) -> None:
    query = select(Order).options(joinedload(Order.lines))
    async with AsyncSession(order_engine) as session:
        with pytest.raises(InvalidRequestError, match=r"^The unique\(\) method must be invoked"):
            (await session.scalars(query.distinct())).all()
        with pytest.raises(InvalidRequestError, match=r"^The unique\(\) method must be invoked"):
            set(await session.scalars(query))


async def test_so_does_a_collection_of_contains_eager_which_unique_keeps_filtered(
    order_engine: AsyncEngine,
) -> None:
    first = select(Order).join(Order.lines).where(Line.sku == "sku-1")
    query = first.options(contains_eager(Order.lines))
    async with AsyncSession(order_engine) as session:
        with pytest.raises(InvalidRequestError, match=r"^The unique\(\) method must be invoked"):
            (await session.scalars(query)).all()
    async with AsyncSession(order_engine) as session:
        found = (await session.scalars(query)).unique().all()
        assert {len(order.lines) for order in found} == {1}
    async with AsyncSession(order_engine) as session:
        every = (await session.scalars(first.options(selectinload(Order.lines)))).all()
        assert {len(order.lines) for order in every} == {10}


async def test_a_stream_wants_unique_too(order_engine: AsyncEngine) -> None:
    query = select(Order).options(joinedload(Order.lines))
    async with AsyncSession(order_engine) as session:
        with pytest.raises(InvalidRequestError, match=r"^The unique\(\) method must be invoked"):
            await (await session.stream_scalars(query)).all()
        found = await (await session.stream_scalars(query)).unique().all()
    assert len(found) == 100


async def test_a_joined_collection_repeats_its_parent_for_each_child(
    order_engine: AsyncEngine,
) -> None:
    async with AsyncSession(order_engine) as session:
        with counting(order_engine) as traffic:
            await errors_unique.unique(session)
    assert traffic.rows == 100 * 10


@pytest.mark.parametrize("read", [errors_unique.unique, errors_unique.separate])
async def test_unique_or_a_second_statement_gives_each_order_once(
    read: Callable[[AsyncSession], Awaitable[Any]], order_engine: AsyncEngine
) -> None:
    async with AsyncSession(order_engine) as session:
        found = await read(session)
    assert sorted(order.id for order in found) == list(range(1, 101))
    assert {len(order.lines) for order in found} == {10}


SKUS = [row(number)["sku"] for number in range(32_768)]


async def test_a_list_of_32768_values_is_too_long(price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        with pytest.raises(
            InterfaceError, match="the number of query arguments cannot exceed 32767"
        ):
            await errors_arguments.find(session, SKUS)


@pytest.mark.parametrize(
    ("find", "skus"), [(errors_arguments.find, SKUS[1:]), (errors_arguments.find_any, SKUS)]
)
async def test_a_shorter_list_or_an_array_finds_what_is_there(
    find: Callable[[AsyncSession, list[str]], Awaitable[Any]],
    skus: list[str],
    price_engine: AsyncEngine,
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, [row(5), row(40_000)])
        assert [price.sku for price in await find(session, skus)] == ["sku-5"]
