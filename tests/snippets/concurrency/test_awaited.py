"""`coroutine '…' was never awaited`, its causes, and what ends them."""

import asyncio
import gc
import threading
import warnings
from collections.abc import Iterator
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
    assert bool(answer)  # so that `if` holds, whatever it would have been
    del answer
    assert texts(said) == [NEVER]


def test_an_endpoint_that_returns_one_says_that_nobody_can_serialize_it(
    said: list[warnings.WarningMessage],
) -> None:
    app = FastAPI()

    @app.post("/orders/{order}")
    async def place(order: int) -> Any:
        return awaited.notify(order)

    with pytest.raises(
        ValueError, match=r"^Unable to serialize unknown type: <class 'coroutine'>$"
    ):
        asyncio.run(awaited.ask(app, 9))
    assert texts(said) == [NEVER]


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
