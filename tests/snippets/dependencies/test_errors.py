"""The listings of the error index raise the errors that their pages are called by."""

import re
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Request
from sqlalchemy import ForeignKey, Select, select, text
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    InvalidRequestError,
    ObjectNotExecutableError,
    ProgrammingError,
    StatementError,
)
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_scoped_session,
    async_sessionmaker,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from snippets.dependencies import errors_attached, errors_begun, errors_text, errors_yield
from snippets.dependencies.asked import ask
from snippets.dependencies.orders import Order, prepared, stored

BEGUN = r"^A transaction is already begun on this Session\.$"
ATTACHED = r"^Object '<Order at 0x\w+>' is already attached to session '\d+' \(this is '\d+'\)$"
TEXTUAL = r"^Textual SQL expression {0} should be explicitly declared as text\({0}\)$"


@pytest.fixture
async def engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    """An engine on an empty table of orders."""
    async with prepared(dsn) as made:
        yield made


@pytest.fixture
async def session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine) as made:
        yield made


async def rows(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await stored(connection)


async def test_who_has_read_has_begun(engine: AsyncEngine, session: AsyncSession) -> None:
    with pytest.raises(InvalidRequestError, match=BEGUN):
        await errors_begun.place(session)
    await session.rollback()
    assert await rows(engine) == 0


async def test_who_comes_first_may_begin(engine: AsyncEngine, session: AsyncSession) -> None:
    await errors_begun.store(session)
    assert await rows(engine) == 1


@pytest.mark.parametrize("place", [errors_begun.place_in_one, errors_begun.place_and_commit])
async def test_one_transaction_reads_and_writes(
    place: Callable[[AsyncSession], Any], engine: AsyncEngine, session: AsyncSession
) -> None:
    await place(session)
    await place(session)
    assert await rows(engine) == 1


async def test_a_dependency_that_reads_has_begun_it_for_the_endpoint(engine: AsyncEngine) -> None:
    """As in a report: the current user is read, and the endpoint begins."""
    sessions = async_sessionmaker(engine)

    async def session_of() -> AsyncIterator[AsyncSession]:
        async with sessions() as made:
            yield made

    given = Annotated[AsyncSession, Depends(session_of)]

    async def current_user(session: given) -> str:
        return str(await session.scalar(text("SELECT current_user")))

    app = FastAPI()

    @app.get("/begins", dependencies=[Depends(current_user)])
    async def begins(session: given) -> None:
        async with session.begin():
            session.add(Order("A-1"))

    @app.get("/commits", dependencies=[Depends(current_user)])
    async def commits(session: given) -> None:
        session.add(Order("A-2"))
        await session.commit()

    with pytest.raises(InvalidRequestError, match=BEGUN):
        await ask(app, "/begins")
    assert await ask(app, "/commits") == "200 null"
    assert await rows(engine) == 1


@pytest.mark.parametrize("begin", ["connection", "begin", "begin_nested"])
async def test_it_begins_before_a_statement_too(begin: str, session: AsyncSession) -> None:
    await getattr(session, begin)()
    with pytest.raises(InvalidRequestError, match=BEGUN):
        await session.begin()


async def test_so_does_a_function_that_begins_around_one_that_does(session: AsyncSession) -> None:
    async with session.begin():
        with pytest.raises(InvalidRequestError, match=BEGUN):
            await errors_begun.store(session)


async def test_of_two_who_read_at_once_the_constraint_refuses_one(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as first, AsyncSession(engine) as second:
        for session in (first, second):
            assert await session.scalar(errors_begun.TAKEN) is None
            session.add(Order("A-1"))
        await first.commit()
        with pytest.raises(IntegrityError):
            await second.commit()
    assert await rows(engine) == 1


async def test_adding_an_object_begins_too(session: AsyncSession) -> None:
    session.add(Order("A-1"))
    with pytest.raises(InvalidRequestError, match=BEGUN):
        await session.begin()


async def test_so_does_changing_one(engine: AsyncEngine) -> None:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        session.add(order := Order("A-1"))
        await session.commit()
        order.number = "A-2"
        with pytest.raises(InvalidRequestError, match=BEGUN):
            await session.begin()


async def test_and_a_merge_that_loads_nothing(engine: AsyncEngine) -> None:
    """As in a report: no statement is logged after the last commit."""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        session.add(order := Order("A-1"))
        await session.commit()
        session.expunge(order)
        await session.merge(order, load=False)
        with pytest.raises(InvalidRequestError, match=BEGUN):
            await session.begin()


async def test_a_dependency_that_has_begun_leaves_the_commit_to_its_end(
    engine: AsyncEngine,
) -> None:
    """As in a report: `session.begin()` around the `yield`, and a commit in the endpoint."""
    said = r"^Can't operate on closed transaction inside context manager\."
    async with AsyncSession(engine) as session, session.begin():
        session.add(Order("A-1"))
        await session.commit()
        with pytest.raises(InvalidRequestError, match=said):
            await session.scalar(errors_begun.TAKEN)
    async with AsyncSession(engine) as session, session.begin():
        with pytest.raises(InvalidRequestError, match=BEGUN):
            await session.begin()
        session.add(Order("A-2"))
        await session.flush()
    assert await rows(engine) == 2


async def test_after_a_commit_or_a_rollback_it_begins_again(session: AsyncSession) -> None:
    for end in (session.commit, session.rollback):
        await session.scalar(errors_begun.TAKEN)
        await end()
        async with session.begin():
            await session.scalar(errors_begun.TAKEN)


async def test_without_autobegin_another_error_comes_first(engine: AsyncEngine) -> None:
    async with AsyncSession(engine, autobegin=False) as session:
        with pytest.raises(InvalidRequestError, match=r"^Autobegin is disabled on this Session"):
            await session.scalar(errors_begun.TAKEN)


async def test_a_savepoint_raises_nothing_and_stores_nothing(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await session.scalar(errors_begun.TAKEN)
        async with session.begin_nested():
            session.add(Order("A-1"))
    assert await rows(engine) == 0


async def test_asking_whether_it_is_begun_leaves_nobody_to_commit(engine: AsyncEngine) -> None:
    async def place(session: AsyncSession) -> None:
        async with nullcontext() if session.in_transaction() else session.begin():
            session.add(Order("A-1"))

    async with AsyncSession(engine) as session:
        await place(session)
    assert await rows(engine) == 1
    async with AsyncSession(engine) as session:
        await session.scalar(errors_begun.TAKEN)
        await place(session)
    assert await rows(engine) == 1


async def test_a_rollback_before_it_undoes_what_was_written(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        session.add(Order("A-1"))
        await session.flush()
        await session.rollback()
        async with session.begin():
            session.add(Order("A-2"))
    assert await rows(engine) == 1


async def test_a_connection_says_it_in_other_words(engine: AsyncEngine) -> None:
    said = r"^This connection has already initialized a SQLAlchemy Transaction\(\) object"
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        with pytest.raises(InvalidRequestError, match=said):
            await connection.begin()


@pytest.fixture
async def order_and_two(
    engine: AsyncEngine,
) -> AsyncIterator[tuple[Order, AsyncSession, AsyncSession]]:
    """An order, the session that loaded it, and another."""
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as loading, sessions() as other:
        loading.add(order := Order("A-1"))
        await loading.commit()
        yield order, loading, other


Attached = tuple[Order, AsyncSession, AsyncSession]


async def test_an_object_is_in_the_session_that_loaded_it(order_and_two: Attached) -> None:
    order, _, other = order_and_two
    with pytest.raises(InvalidRequestError, match=ATTACHED):
        await errors_attached.rename(order, "B-1", other)


async def test_by_its_key_any_session_finds_it(
    order_and_two: Attached, engine: AsyncEngine
) -> None:
    order, _, other = order_and_two
    await errors_attached.rename_by_id(order.id, "B-1", other)
    await other.commit()
    async with AsyncSession(engine) as session:
        assert (await session.get_one(Order, order.id)).number == "B-1"


@pytest.mark.parametrize("use", ["delete", "refresh"])
async def test_deleting_and_refreshing_it_say_what_they_say(
    use: str, order_and_two: Attached
) -> None:
    order, _, other = order_and_two
    said = {"delete": ATTACHED, "refresh": r"is not persistent within this Session$"}
    with pytest.raises(InvalidRequestError, match=said[use]):
        await getattr(other, use)(order)


async def test_a_user_from_a_dependency_with_a_session_of_its_own(engine: AsyncEngine) -> None:
    """As in reports: each of two dependencies opens a session."""
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions.begin() as session:
        session.add(Order("A-1"))

    async def one() -> AsyncIterator[AsyncSession]:
        async with sessions() as made:
            yield made

    async def another() -> AsyncIterator[AsyncSession]:
        async with sessions() as made:
            yield made

    def app_with(session_of: Callable[..., Any]) -> FastAPI:
        app = FastAPI()

        async def found(session: Annotated[AsyncSession, Depends(one)]) -> Order:
            return (await session.scalars(select(Order))).one()

        @app.get("/")
        async def rename(
            order: Annotated[Any, Depends(found)],
            session: Annotated[AsyncSession, Depends(session_of)],
        ) -> None:
            await errors_attached.rename(order, "B-1", session)
            await session.commit()

        return app

    with pytest.raises(InvalidRequestError, match=ATTACHED):
        await ask(app_with(another), "/")
    assert await ask(app_with(one), "/") == "200 null"


async def test_a_closed_session_has_let_go_of_it(engine: AsyncEngine) -> None:
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions.begin() as loading:
        loading.add(order := Order("A-1"))
    async with sessions.begin() as other:
        await errors_attached.rename(order, "B-1", other)
    assert await rows(engine) == 1


async def test_expunged_it_can_be_added_as_old_as_it_is(
    order_and_two: Attached, engine: AsyncEngine
) -> None:
    order, loading, other = order_and_two
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE orders SET number = 'Z-9'"))
    loading.expunge(order)
    other.add(order)
    assert order.number == "A-1"
    assert (await other.scalars(select(Order))).one().number == "A-1"
    assert await _number(engine) == "Z-9"
    await other.refresh(order)
    assert order.number == "Z-9"


async def test_expunged_it_cannot_be_added_where_its_row_is_loaded(
    order_and_two: Attached,
) -> None:
    order, loading, other = order_and_two
    loaded = await other.get_one(Order, order.id)
    loading.expunge(order)
    said = r"another instance with key .* is already present in this session\.$"
    with pytest.raises(InvalidRequestError, match=said):
        other.add(order)
    assert loaded is not order


async def test_the_report_of_a_scoped_session_that_another_request_removed(
    engine: AsyncEngine,
) -> None:
    """One is for a thread: the second request adds to a new one what the old one has loaded."""
    registry = async_scoped_session(
        async_sessionmaker(engine, expire_on_commit=False), scopefunc=threading.get_ident
    )
    second = registry()
    second.add(Order("A-1"))
    await second.commit()
    await registry.remove()  # the first has ended
    order = (await second.scalars(select(Order))).one()
    with pytest.raises(InvalidRequestError, match=ATTACHED):
        registry.add(order)
    await registry.remove()
    await second.close()


async def test_merge_writes_what_is_stale(order_and_two: Attached, engine: AsyncEngine) -> None:
    """A merge copies the old number over the new one: nobody has changed it here."""
    order, _, other = order_and_two
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE orders SET number = 'Z-9'"))
    await other.merge(order)
    await other.commit()
    assert await _number(engine) == "A-1"


async def _number(engine: AsyncEngine) -> str | None:
    async with AsyncSession(engine) as session:
        return await session.scalar(select(Order.number))


class Base(DeclarativeBase):
    """Tables of what refers to an order."""


class Customer(Base):
    """Who has ordered."""

    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)


class Note(Base):
    """What was written about a customer."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    customer: Mapped[Customer] = relationship()


async def test_a_new_object_brings_along_what_it_refers_to(engine: AsyncEngine) -> None:
    """As in a report of a form: the sponsor is new, its level was loaded elsewhere."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as loading, sessions() as other:
        loading.add(customer := Customer())
        await loading.commit()
        with pytest.raises(InvalidRequestError, match=ATTACHED.replace("Order", "Customer")):
            other.add(note := Note(customer=customer))
        assert note in other
        await other.rollback()
        other.add(Note(customer_id=customer.id))
        await other.commit()
        assert await other.scalar(select(Note.customer_id)) == customer.id


async def test_expiring_is_no_help(order_and_two: Attached) -> None:
    order, loading, other = order_and_two
    await loading.rollback()
    loading.expire(order)
    await loading.commit()
    with pytest.raises(InvalidRequestError, match=ATTACHED):
        other.add(order)


async def test_a_rollback_lets_go_of_what_was_never_stored(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as first, AsyncSession(engine) as other:
        first.add(order := Order("A-1"))
        with pytest.raises(InvalidRequestError, match=r" is already attached to session "):
            other.add(order)
        await first.flush()
        await first.rollback()
        other.add(order)
        await other.commit()
    assert await rows(engine) == 1


async def test_a_session_takes_no_string(session: AsyncSession) -> None:
    with pytest.raises(ArgumentError, match=TEXTUAL.format("'SELECT 1'")):
        await errors_text.ping(session)


async def test_nor_does_a_connection(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(
            ObjectNotExecutableError, match=r"^Not an executable object: 'SELECT 1'$"
        ) as caught:
            await errors_text.ping_connection(connection)
    above = "'str' object has no attribute '_execute_on_connection'"
    assert str(caught.value.__cause__) == above


async def test_a_statement_made_a_string_is_a_string(session: AsyncSession) -> None:
    with pytest.raises(ArgumentError, match=r"^Textual SQL expression 'SELECT orders\.id"):
        await session.execute(str(select(Order)))  # type: ignore[call-overload]


async def test_text_is_sent_and_its_parameters_are_no_sql(session: AsyncSession) -> None:
    session.add(Order("A-1"))
    await session.flush()
    assert await errors_text.find("A-1", session) is not None
    assert await errors_text.find("x' OR 'a' = 'a", session) is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: select(Order).where("number = 'A-1'"),  # type: ignore[arg-type]
        lambda: select(Order).order_by(text("number")).where("id > 1"),  # type: ignore[arg-type]
    ],
)
def test_a_filter_takes_none_either(wrong: Callable[[], Select[Any]]) -> None:
    with pytest.raises(ArgumentError, match=r"^Textual SQL expression .* should be explicitly"):
        wrong()


def test_a_column_and_an_unknown_name_say_it_a_little_differently() -> None:
    said = r"^Textual column expression 'count\(\*\)' should be explicitly declared"
    with pytest.raises(ArgumentError, match=said):
        select("count(*)")  # type: ignore[call-overload]


async def test_the_report_of_a_filter_with_a_format_string(session: AsyncSession) -> None:
    """As in a report: `text("… = '%s'" % value)` silences it, and lets the value be SQL."""
    session.add(Order("A-1"))
    await session.flush()
    value = "x' OR 'a' = 'a"
    formatted = text(f"number = '{value}'")
    assert len((await session.scalars(select(Order).where(formatted))).all()) == 1
    bound = text("number = :number").bindparams(number=value)
    assert len((await session.scalars(select(Order).where(bound))).all()) == 0
    assert len((await session.scalars(select(Order).where(Order.number == value))).all()) == 0


@pytest.mark.parametrize("target", [Order, Order("A-1"), select, None, ("SELECT 1",)])
async def test_other_objects_are_not_executable_either(target: object, engine: AsyncEngine) -> None:
    said = "^Not an executable object: " + re.escape(repr(target))
    async with engine.connect() as connection:
        with pytest.raises(ObjectNotExecutableError, match=said):
            await connection.execute(target)  # type: ignore[call-overload]


@pytest.mark.parametrize("target", [Order, Order("A-1"), select, None, ("SELECT 1",)])
async def test_a_session_says_so_in_other_words(target: object, session: AsyncSession) -> None:
    with pytest.raises(
        ArgumentError, match=r"^Executable SQL or text\(\) construct expected, got "
    ):
        await session.execute(target)  # type: ignore[call-overload]


async def test_a_driver_takes_the_string_and_leaves_the_parameters_to_it(
    engine: AsyncEngine,
) -> None:
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT $1::text", ("x' OR 'a' = 'a",))
        assert rows.scalar() == "x' OR 'a' = 'a"


async def test_a_colon_in_text_is_a_parameter_unless_it_is_escaped(session: AsyncSession) -> None:
    with pytest.raises(StatementError, match=r"A value is required for bind parameter 'b'"):
        await session.scalar(text("SELECT ':b'"))
    assert await session.scalar(text(r"SELECT '\:b'")) == ":b"
    assert await session.scalar(text("SELECT CAST(:x AS text)"), {"x": "b"}) == "b"
    with pytest.raises(ProgrammingError, match=r'syntax error at or near ":"'):
        await session.scalar(text("SELECT :x::text"), {"x": "b"})


async def said_by(dependency: Callable[..., Any], path: str = "/") -> str:
    """The answer, or what was raised in its place."""
    try:
        return await ask(errors_yield.create_app(dependency), path)
    except RuntimeError as error:
        return str(error)


@pytest.mark.parametrize(
    ("dependency", "path", "said"),
    [
        (errors_yield.tenant, "/", "generator didn't yield"),
        (errors_yield.both, "/", "generator didn't stop"),
        (errors_yield.replica, "/fails", "generator didn't stop after athrow()"),
        (errors_yield.tenant_or_400, "/", "400"),
        (errors_yield.as_pair, "/", '200 ["orders","invoices"]'),
        (errors_yield.connected, "/", '200 "replica-0"'),
    ],
)
async def test_a_dependency_yields_once(
    dependency: Callable[..., Any], path: str, said: str
) -> None:
    assert await said_by(dependency, path) == said


async def test_with_a_tenant_and_without_an_error_it_is_one_yield_anyway() -> None:
    assert [found async for found in errors_yield.tenant("acme")] == ["acme"]
    assert await errors_yield.tenant_or_400("acme") == "acme"
    assert await said_by(errors_yield.replica) == '200 "replica-0"'


async def test_an_error_of_the_endpoint_passes_the_dependency() -> None:
    with pytest.raises(ConnectionError):
        await ask(errors_yield.create_app(errors_yield.connected), "/fails")


async def test_no_replica_is_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(host: str) -> str:
        raise ConnectionError(host)

    monkeypatch.setattr(errors_yield, "connect", refuse)
    answer = await said_by(errors_yield.connected)
    assert answer == "503"


@pytest.mark.parametrize("error", [ConnectionRefusedError, socket.gaierror, TimeoutError])
async def test_the_next_replica_is_tried_however_the_first_fails(
    error: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(host: str) -> str:
        if host == "replica-1":
            raise error
        return host

    monkeypatch.setattr(errors_yield, "connect", connect)
    assert await said_by(errors_yield.connected) == '200 "replica-0"'


async def test_a_finally_around_the_yield_closes_and_catches_nothing() -> None:
    closed: list[str] = []

    async def connected() -> AsyncIterator[str]:
        async for replica in errors_yield.connected():
            try:
                yield replica
            finally:
                closed.append(replica)

    assert await said_by(connected) == '200 "replica-0"'
    with pytest.raises(ConnectionError):
        await ask(errors_yield.create_app(connected), "/fails")
    assert closed == ["replica-0", "replica-0"]


async def test_an_error_before_the_yield_that_is_logged_away() -> None:
    """The commonest: a session is made inside the `try` that was meant for the endpoint."""

    async def session_of() -> AsyncIterator[str]:
        with suppress(ConnectionError):  # logged, elsewhere
            yield await errors_yield.connect("down")

    assert await said_by(session_of) == "generator didn't yield"


async def test_a_none_in_its_place_lets_the_endpoint_run_without() -> None:
    async def tenant_or_none() -> AsyncIterator[str | None]:
        yield None

    assert await said_by(tenant_or_none) == "200 null"


def sync_twice() -> Iterator[str]:
    try:
        yield "first"
    except ConnectionError:
        yield "second"


def sync_both() -> Iterator[int]:
    yield from (1, 2)


async def test_sync_generators_say_throw() -> None:
    assert await said_by(sync_twice, "/fails") == "generator didn't stop after throw()"
    assert await said_by(sync_both) == "generator didn't stop"


def test_context_managers_say_the_same_without_fastapi() -> None:
    with (
        pytest.raises(RuntimeError, match=r"^generator didn't stop$"),
        contextmanager(sync_both)(),
    ):
        pass
    with pytest.raises(RuntimeError, match=r"^generator didn't yield$"):
        contextmanager(lambda: iter(()))().__enter__()


async def test_the_client_has_its_answer_before_the_second_yield() -> None:
    """The exit code runs after the response: the error is in the log alone."""
    sent: list[int] = []
    app = FastAPI()

    @app.middleware("http")
    async def note(request: Request, call_next: Callable[..., Any]) -> Any:
        response = await call_next(request)
        sent.append(response.status_code)
        return response

    @app.get("/")
    async def read(found: Annotated[str, Depends(errors_yield.both)]) -> str:
        return found

    with pytest.raises(RuntimeError, match=r"^generator didn't stop$"):
        await ask(app, "/")
    assert sent == [200]


async def test_a_lifespan_is_one_too() -> None:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        yield

    with pytest.raises(RuntimeError, match=r"^generator didn't stop$"):
        async with lifespan(FastAPI()):
            pass


async def test_the_report_of_a_generator_that_is_closed_before_the_one_that_holds_it() -> None:
    """Nobody has left the outer one; the loop closes both when it ends, in whatever order."""
    opened: list[Any] = []

    @asynccontextmanager
    async def vault() -> AsyncIterator[str]:
        yield "secret"

    @asynccontextmanager
    async def service() -> AsyncIterator[str]:
        opened.append(vault())
        async with opened[0] as found:
            yield found

    left_open = service()
    assert await left_open.__aenter__() == "secret"
    await opened[0].gen.aclose()
    with pytest.raises(RuntimeError, match=r"^generator didn't stop after athrow\(\)$"):
        await left_open.gen.aclose()


async def test_a_loop_over_another_dependency_yields_once() -> None:
    """`async for session in get_session(): yield …` is one yield, however it looks."""

    async def repository() -> AsyncIterator[str]:
        async for host in errors_yield.connected():
            yield f"orders of {host}"

    assert await said_by(repository) == '200 "orders of replica-0"'
    with pytest.raises(ConnectionError):
        await ask(errors_yield.create_app(repository), "/fails")


async def test_catching_the_runtime_error_outside_leaves_the_cleanup_undone() -> None:
    closed: list[str] = []

    async def session_of() -> AsyncIterator[str]:
        yield "first"
        yield "second"
        closed.append("first")

    assert await said_by(session_of) == "generator didn't stop"
    assert closed == []
