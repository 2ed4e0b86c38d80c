"""One line a request, with what the endpoint found out.

Running it prints the lines of two requests and of a background task.
"""

import asyncio
import re
from contextlib import ExitStack
from contextvars import ContextVar
from uuid import uuid4

from fastapi import BackgroundTasks, FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from snippets.seeing.printed import Lines, printed

ENDING = ("http.response.body", "http.response.pathsend")
KNOWN = re.compile(r"[A-Za-z0-9-]{1,64}")
fields: ContextVar[dict[str, str]] = ContextVar("fields")


def name_of(scope: Scope) -> str:
    """What the client calls its request, if it may stand in a log."""
    sent = Headers(scope=scope).get("x-request-id", "")
    return sent if KNOWN.fullmatch(sent) else uuid4().hex


# --8<-- [start:logged]
class Logged:
    """A line for each request, once its answer has left."""

    def __init__(self, app: ASGIApp, lines: Lines) -> None:
        self.app, self.lines = app, lines

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        found = {"request": name_of(scope)}
        fields.set(found)  # the same object in each copy  # [!]
        with ExitStack() as once:
            once.callback(self.tell, scope, found)

            async def seen(message: Message) -> None:
                if message["type"] == "http.response.start":
                    found["status"] = str(message["status"])
                await send(message)
                if message["type"] in ENDING and not message.get(
                    "more_body", False
                ):
                    once.close()  # before background tasks

            await self.app(scope, receive, seen)

    def tell(self, scope: Scope, found: dict[str, str]) -> None:
        self.lines.write(scope["path"], **found)


# --8<-- [end:logged]


# --8<-- [start:app]
def create_app(lines: Lines) -> FastAPI:
    app = FastAPI()
    app.add_middleware(Logged, lines=lines)

    @app.get("/orders")
    async def orders(tasks: BackgroundTasks) -> None:
        fields.get()["account"] = "ada"
        tasks.add_task(send_mail)

    @app.get("/threaded")
    def threaded() -> None:
        fields.get()["account"] = "ada"

    async def send_mail() -> None:
        lines.write("mail", **fields.get())

    return app


# --8<-- [end:app]


def main() -> None:
    print(asyncio.run(printed(create_app)))


if __name__ == "__main__":
    main()
