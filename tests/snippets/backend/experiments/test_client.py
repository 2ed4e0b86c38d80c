"""A client that is cut off knows that it is, and insists."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from lab import ports
from lab.load import Request
from snippets.backend.experiments._client import NoAnswerError, RefusedError, ask, insist, posted

WHOLE = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
DENIED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
CUT = b"HTTP/1.1 201 Created\r\nContent-Length: 20\r\n\r\n{}"
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
Seen = list[bytes]


@asynccontextmanager
async def answering(answers: Sequence[bytes]) -> AsyncIterator[tuple[str, Seen]]:
    """A server that gives these answers in turn, and what it was sent."""
    left, seen = list(answers), Seen()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(65_536))
        writer.write(left.pop(0))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen


async def test_an_answer_is_read_to_its_end() -> None:
    async with answering([WHOLE]) as (url, seen):
        answer = await ask(url, posted("/orders", {"a": 1}))
    assert (answer.status, answer.json(), answer.ok) == (201, {}, True)
    assert b"Connection: close" in seen[0]
    assert seen[0].endswith(b'{"a": 1}')


@pytest.mark.parametrize("said", [b"", CUT])
async def test_an_answer_that_ends_before_its_end_is_none(said: bytes) -> None:
    async with answering([said]) as (url, _):
        with pytest.raises(NoAnswerError):
            await ask(url, Request("/"))


async def test_a_silent_server_has_not_answered_when_time_is_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(NoAnswerError, match="TimeoutError"):
            await ask(url, Request("/"), answer_s=0.05)


async def test_a_request_that_nobody_took_was_not_sent() -> None:
    sent: list[int] = []
    with pytest.raises(RefusedError):
        await ask(f"http://127.0.0.1:{ports.free_port()}", Request("/"), lambda: sent.append(1))
    assert not sent


async def test_a_client_that_insists_sends_the_same_until_it_succeeds() -> None:
    async with answering([CUT, BROKEN, WHOLE]) as (url, seen):
        found = await insist(url, posted("/orders", {}), 10)
    assert found.first == 0
    assert found.answer is not None
    assert found.answer.status == 201
    assert seen[0] == seen[1] == seen[2]


async def test_a_client_that_has_lost_patience_has_no_answer() -> None:
    async with answering([BROKEN, WHOLE]) as (url, seen):
        found = await insist(url, Request("/"), 0)
    assert (found.first, found.answer, len(seen)) == (500, None, 1)


async def test_a_client_that_is_told_to_sign_in_does_and_sends_the_same() -> None:
    async def signed_in(request: Request) -> Request:
        return replace(request, headers=(("Authorization", "new"),))

    async with answering([DENIED, WHOLE]) as (url, seen):
        found = await insist(url, posted("/orders", {"a": 1}), 10, signed_in)
    assert found.first == 401
    assert found.answer is not None
    assert found.took_s > 0
    assert b"Authorization" not in seen[0]
    assert b"Authorization: new" in seen[1]
    assert seen[1].endswith(b'{"a": 1}')


async def test_a_client_that_has_no_other_token_sends_the_one_that_it_has() -> None:
    async with answering([DENIED, WHOLE]) as (url, seen):
        found = await insist(url, posted("/orders", {"a": 1}), 10)
    assert found.first == 401
    assert found.answer is not None
    assert seen[0] == seen[1]
