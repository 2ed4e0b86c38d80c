"""A client that opens a connection for each request, and insists.

What a client cannot tell apart it is not told: a request that was cut
may have been carried out.
"""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from lab.load import Request

ANSWER_S = 30.0
IMPATIENT_S = 5.0  # of a client that sends it again
SIGN_IN = (401, 403)  # what is said of a token that is not valid
PAUSE_S = (0.05, 0.25)  # at random, or all clients come again at once
CLOSE = (("Connection", "close"),)
JSON = (("Content-Type", "application/json"),)


class NoAnswerError(Exception):
    """The request was not answered, or not to the end."""


class RefusedError(NoAnswerError):
    """Nobody listens: the request was not sent."""


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        return self.status < 300

    def json(self) -> Any:
        return json.loads(self.body)


def posted(
    path: str, body: object, *headers: tuple[str, str]
) -> Request:
    return Request(path, "POST", (*JSON, *headers), json.dumps(body))


async def ask(
    url: str,
    request: Request,
    sent: Callable[[], object] = lambda: None,
    answer_s: float = ANSWER_S,
) -> Answer:
    """Send one request on a connection of its own.

    Raises:
        RefusedError: it was not sent.
        NoAnswerError: it was, and whether it was carried out is open.
    """
    parts = urlsplit(url)
    closing = replace(request, headers=(*request.headers, *CLOSE))
    try:
        async with asyncio.timeout(answer_s):
            reader, writer = await asyncio.open_connection(
                parts.hostname, parts.port
            )
            try:
                writer.write(closing.encoded(parts.netloc))
                sent()
                return _answer(await reader.read())
            finally:
                writer.close()
    except ConnectionRefusedError:
        raise RefusedError from None
    except (OSError, TimeoutError) as error:
        raise NoAnswerError(type(error).__name__) from None


def _answer(said: bytes) -> Answer:
    head, _, body = said.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines)
    if not first or len(body) < int(fields.get("content-length", 0)):
        raise NoAnswerError("cut")
    return Answer(int(first.split()[1]), body)


@dataclass(frozen=True)
class Insisted:
    """What came of a request that was sent until it was answered.

    Attributes:
        first: the status of the first try; 0 if it was not answered.
        answer: the good one; None if the client has given up.
        took_s: until then.
    """

    first: int
    answer: Answer | None
    took_s: float = 0.0


async def same(request: Request) -> Request:
    return request


async def insist(
    url: str,
    request: Request,
    patience_s: float,
    signed_in: Callable[[Request], Awaitable[Request]] = same,
) -> Insisted:
    """Send it again until it succeeds, the same each time.

    Who is told to sign in does so: `signed_in` makes it their request.
    """
    began = time.monotonic()
    until = began + patience_s
    first: int | None = None
    while True:
        try:
            answer = await ask(url, request, answer_s=IMPATIENT_S)
        except NoAnswerError:
            answer = Answer(0, b"")
        first = answer.status if first is None else first
        now = time.monotonic()
        if answer.status and answer.ok:
            return Insisted(first, answer, now - began)
        if now > until:
            return Insisted(first, None, now - began)
        if answer.status in SIGN_IN:
            request = await signed_in(request)
        await asyncio.sleep(random.uniform(*PAUSE_S))
