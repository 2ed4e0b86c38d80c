"""`coroutine '…' was never awaited`, its causes, and what ends them."""

import asyncio
import gc
import linecache
import subprocess
import sys
import threading
import unittest
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.concurrency import errors_awaited as awaited


@pytest.fixture(autouse=True)
def sent() -> Iterator[list[int]]:
    """The orders of which somebody was notified."""
    awaited.sent.clear()
    yield awaited.sent
    awaited.sent.clear()


@pytest.fixture
def said() -> Iterator[list[warnings.WarningMessage]]:
    """What is warned of."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        yield found


def texts(said: list[warnings.WarningMessage]) -> list[str]:
    gc.collect()
    return [str(one.message) for one in said if one.category is RuntimeWarning]


NEVER = "coroutine 'notify' was never awaited"


def test_a_call_without_await_does_nothing_and_warns(
    sent: list[int], said: list[warnings.WarningMessage]
) -> None:
    asyncio.run(awaited.forgotten(7))
    assert (sent, texts(said)) == ([], [NEVER])


def test_the_line_is_that_of_the_call_or_for_a_variable_one_of_the_loop(
    said: list[warnings.WarningMessage],
) -> None:
    async def kept() -> None:
        dropped = awaited.notify(8)
        await asyncio.sleep(0)
        assert dropped

    for work in (awaited.forgotten(7), kept()):
        asyncio.run(work)
    of_call, of_variable = said
    source = linecache.getline(of_call.filename, of_call.lineno)
    assert source.split("#")[0].strip() == "notify(order)"
    assert Path(of_variable.filename).parts[-2:] == ("asyncio", "events.py")


PROGRAM = """
async def notify(): pass
async def work():
    forgotten = notify()
    await asyncio.sleep(0)
import asyncio
asyncio.run(work())
"""


@pytest.mark.parametrize("option", [["-X", "tracemalloc"], []])
def test_with_an_option_it_adds_where_the_coroutine_was_made(
    option: list[str], tmp_path: Path
) -> None:
    program = tmp_path / "orders.py"
    program.write_text(PROGRAM, "utf-8")
    done = ran([*option, str(program)], tmp_path)
    assert "coroutine 'notify' was never awaited" in done.stderr
    made = f'File "{program}", lineno 4\n    forgotten = notify()'
    assert (made in done.stderr) is bool(option)


def ran(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_with_await_it_does(sent: list[int], said: list[warnings.WarningMessage]) -> None:
    asyncio.run(awaited.awaited(7))
    assert (sent, texts(said)) == ([7], [])


def test_a_background_task_that_is_a_call_fails_after_the_answer(
    sent: list[int], said: list[warnings.WarningMessage]
) -> None:
    assert asyncio.run(awaited.ask(awaited.create_app(), 8)) == (
        "TypeError: the first argument must be callable"
    )
    assert (sent, texts(said)) == ([], [NEVER])


def test_the_function_and_its_argument_are_called_and_awaited(
    sent: list[int], said: list[warnings.WarningMessage]
) -> None:
    assert asyncio.run(awaited.ask(awaited.create_app_fixed(), 8)) == "200"
    assert (sent, texts(said)) == ([8], [])


def test_a_lambda_of_a_background_task_makes_a_coroutine_and_drops_it(
    sent: list[int], said: list[warnings.WarningMessage]
) -> None:
    from starlette.background import BackgroundTask

    asyncio.run(BackgroundTask(lambda: awaited.notify(8))())
    for thread in threading.enumerate():
        if thread.name == "AnyIO worker thread":  # the coroutine goes there
            thread.join()
    assert (sent, texts(said)) == ([], [NEVER])


def test_a_thread_that_is_given_an_async_function_does_the_same(
    sent: list[int], said: list[warnings.WarningMessage]
) -> None:
    """As in apscheduler's issue 568: a scheduler of threads."""
    thread = threading.Thread(target=awaited.notify, args=(8,))
    thread.start()
    thread.join()
    assert (sent, texts(said)) == ([], [NEVER])


@pytest.mark.parametrize("started", [True, False])
def test_a_run_inside_of_a_loop_refuses_and_drops_its_coroutine(
    started: bool, sent: list[int], said: list[warnings.WarningMessage]
) -> None:
    async def nested() -> None:
        asyncio.run(awaited.notify(8))

    if started:
        with pytest.raises(RuntimeError, match=r"cannot be called from a running event loop$"):
            asyncio.run(nested())
    else:
        with pytest.raises(RuntimeError, match=r"^no running event loop$"):
            asyncio.create_task(awaited.notify(8))  # noqa: RUF006
    assert (sent, texts(said)) == ([], [NEVER])


@pytest.mark.parametrize(
    ("case", "failures"), [(unittest.TestCase, 0), (unittest.IsolatedAsyncioTestCase, 1)]
)
def test_a_test_that_nobody_awaits_passes(
    case: type[unittest.TestCase], failures: int, said: list[warnings.WarningMessage]
) -> None:
    class Orders(case):  # type: ignore[misc, valid-type]
        async def test_total(self) -> None:
            self.fail("the total is wrong")

    result = unittest.TestResult()
    Orders("test_total").run(result)
    assert (result.testsRun, len(result.failures)) == (1, failures)
    deprecated = [str(one.message) for one in said if one.category is DeprecationWarning]
    assert texts(said) == (
        [] if failures else [f"coroutine '{Orders.test_total.__qualname__}' was never awaited"]
    )
    assert [text.partition(" (")[0] for text in deprecated] == (
        [] if failures else ["It is deprecated to return a value that is not None from a test case"]
    )


MOCKED = "coroutine 'AsyncMockMixin._execute_mock_call' was never awaited"


async def add(session: AsyncSession) -> None:
    session.add(object())  # a plain method of an asyncio session
    await session.commit()


async def test_a_mock_of_a_session_makes_its_plain_methods_async(
    said: list[warnings.WarningMessage],
) -> None:
    await add(AsyncMock())
    assert texts(said) == [MOCKED]


async def test_with_the_class_as_its_specification_it_does_not(
    said: list[warnings.WarningMessage],
) -> None:
    session = AsyncMock(spec=AsyncSession)
    await add(session)
    assert texts(said) == []
    session.commit.assert_awaited_once_with()


async def test_nor_where_the_one_method_is_a_plain_mock(
    said: list[warnings.WarningMessage],
) -> None:
    await add(AsyncMock(add=MagicMock()))
    assert texts(said) == []


@pytest.mark.parametrize("plain", [True, False])
async def test_the_class_does_not_know_what_a_method_returns(
    plain: bool, said: list[warnings.WarningMessage]
) -> None:
    session = AsyncMock(spec=AsyncSession)
    if plain:
        session.execute.return_value = MagicMock()
    scalars = (await session.execute("SELECT 1")).scalars()
    assert asyncio.iscoroutine(scalars) is not plain
    del scalars
    assert texts(said) == ([] if plain else [MOCKED])


async def test_what_comes_of_a_missing_await_often_raises_first(
    said: list[warnings.WarningMessage],
) -> None:
    answer: Any = awaited.notify(9)
    with pytest.raises(AttributeError, match=r"^'coroutine' object has no attribute 'scalars'$"):
        answer.scalars()
    with pytest.raises(TypeError, match=r"^'coroutine' object is not iterable$"):
        list(answer)
    with pytest.raises(TypeError, match=r"^'coroutine' object is not subscriptable$"):
        answer[0]
    with pytest.raises(TypeError, match=r"^object of type 'coroutine' has no len\(\)$"):
        len(answer)
    with pytest.raises(TypeError, match=r"^cannot unpack non-iterable coroutine object$"):
        _, _ = answer
    with pytest.raises(TypeError, match=r"^'coroutine' object does not support the asynchronous "):
        async with answer:
            pass
    with pytest.raises(TypeError, match=r"^'async for' requires an object .* got coroutine$"):
        async for _ in answer:
            pass
    assert bool(answer)  # so that `if` holds, whatever it would have been
    del answer
    assert texts(said) == [NEVER]


UNKNOWN = r"^Unable to serialize unknown type: <class 'coroutine'>$"
NOT_ITERABLE = r"""^\[TypeError\("'coroutine' object is not iterable"\), TypeError\('vars\(\) """


def test_an_endpoint_that_returns_one_says_that_nobody_can_serialize_it(
    said: list[warnings.WarningMessage],
) -> None:
    app = FastAPI()

    @app.post("/orders/{order}")
    async def place(order: int) -> Any:
        return awaited.notify(order)

    @app.post("/orders/{order}/again")
    async def again(order: int):  # type: ignore[no-untyped-def]
        return awaited.notify(order)

    with pytest.raises(ValueError, match=UNKNOWN):
        asyncio.run(awaited.ask(app, 9))
    with pytest.raises(ValueError, match=NOT_ITERABLE):
        asyncio.run(awaited.ask(app, "9/again"))  # type: ignore[arg-type]
    assert texts(said) == [NEVER, NEVER]


def test_a_filter_silences_the_warning_and_notifies_nobody(
    sent: list[int], said: list[warnings.WarningMessage]
) -> None:
    warnings.simplefilter("ignore")
    asyncio.run(awaited.forgotten(7))
    assert (sent, texts(said)) == ([], [])


def test_as_an_error_it_is_not_raised_where_it_is_forgotten(
    sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    unraisable: list[str] = []
    monkeypatch.setattr(
        "sys.unraisablehook", lambda of: unraisable.append(type(of.exc_value).__name__)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(awaited.forgotten(7))
        gc.collect()
    assert (sent, set(unraisable)) == ([], {"RuntimeWarning"})


TESTS = """
import asyncio

async def notify(): pass
async def work(): notify()

def test_work(): asyncio.run(work())
"""


@pytest.mark.parametrize(("errors", "passes"), [("error", False), ("error::RuntimeWarning", True)])
def test_pytest_fails_the_test_in_which_it_goes_if_all_warnings_are_errors(
    errors: str, passes: bool, tmp_path: Path
) -> None:
    (tmp_path / "test_orders.py").write_text(TESTS, "utf-8")
    options = ["-c", "/dev/null", f"--rootdir={tmp_path}", "-p", "no:asyncio", "-W", errors]
    done = ran(["-m", "pytest", "-pno:schemathesis", *options, "test_orders.py"], tmp_path)
    assert ("1 passed" in done.stdout, "1 failed" in done.stdout) == (passes, not passes)


@pytest.mark.parametrize(
    ("plugin", "says"), [(["-p", "no:asyncio", "-p", "no:anyio"], True), (["-p", "asyncio"], False)]
)
def test_pytest_wants_a_plugin_for_a_test_that_is_a_coroutine(
    plugin: list[str], says: bool, tmp_path: Path
) -> None:
    test = "import pytest\n\n@pytest.mark.asyncio\nasync def test_work(): assert True\n"
    (tmp_path / "test_orders.py").write_text(test, "utf-8")
    options = ["-c", "/dev/null", f"--rootdir={tmp_path}"]
    done = ran(["-m", "pytest", "-pno:schemathesis", *options, *plugin, "test_orders.py"], tmp_path)
    assert ("async def functions are not natively supported" in done.stdout) is says, done.stdout
    assert ("1 passed" in done.stdout) is not says


def test_who_wants_the_call_refuses_the_function() -> None:
    async def start(work: Any) -> None:
        asyncio.create_task(work)  # noqa: RUF006

    function: Any = awaited.notify
    for refuses in (lambda: asyncio.run(function), lambda: asyncio.run(start(function))):
        with pytest.raises((TypeError, ValueError), match=r"^a coroutine was expected, got <func"):
            refuses()


UNTYPED = """
async def notify() -> None: ...
async def work(){returns}:
    notify()
"""


@pytest.mark.parametrize(("returns", "finds"), [(" -> None", True), ("", False)])
def test_mypy_finds_it_where_there_are_annotations(
    returns: str, finds: bool, tmp_path: Path
) -> None:
    (tmp_path / "orders.py").write_text(UNTYPED.format(returns=returns), "utf-8")
    done = ran(["-m", "mypy", "--config-file=", "orders.py"], tmp_path)
    assert ("[unused-coroutine]" in done.stdout) is finds, done
