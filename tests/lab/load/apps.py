"""Applications for the tests of the load generator, without a framework."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from tests.nagle import held_back

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

seen: list[str] = []
served = 0


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Answers of its path: /count, /slow, /stall, /status/503, /close, /cut, /held-back, /echo."""
    global served
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    path: str = scope["path"]
    served += 1
    status, headers, body = 200, [], b"ok"
    if path == "/slow":
        await asyncio.sleep(0.05)
    elif path == "/never":
        while (await receive())["type"] != "http.disconnect":
            pass
    elif path == "/stall":
        time.sleep(0.3)  # noqa: ASYNC251
    elif path.startswith("/status/"):
        status = int(path.removeprefix("/status/"))
    elif path == "/close":
        headers = [(b"connection", b"close")]
    elif path == "/cut":
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]}
        )
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ConnectionResetError
    elif path == "/held-back":
        body = str(held_back(scope["server"][1])).encode()
    elif path == "/count":
        body = str(served).encode()
    elif path == "/echo":
        message = await receive()
        sent = dict(scope["headers"])
        body = scope["method"].encode() + b" " + message["body"] + b" " + sent.get(b"x-name", b"")
        seen.append(body.decode())
    elif path == "/seen":
        body = ",".join(seen).encode()
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def lifespan(receive: Receive, send: Send) -> None:
    """Leave a mark at the end, if there is a place for it."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            if place := os.environ.get("STOPPED"):
                Path(place).write_text("in good order")  # noqa: ASYNC240
            return


def create(answer: str) -> Any:
    """An application that answers this to everything."""

    async def answering(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        body = answer.encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answering


async def broken(scope: Message, receive: Receive, send: Send) -> None:
    """It does not start."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})
