"""One line a request, with what the endpoint found out.

Running it prints the lines of two requests and of a background task.
"""

import asyncio
from contextlib import ExitStack

from fastapi import BackgroundTasks, FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from snippets.seeing.noted import Fields, ends, fields, name_of, note
from snippets.seeing.printed import Lines, printed


# --8<-- [start:logged]
class Logged:
    def __init__(self, app: ASGIApp, lines: Lines) -> None:
        self.app, self.lines = app, lines

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        found: Fields = {"request": name_of(scope)}
        fields.set(found)  # the same object in each copy  # [!]
        with ExitStack() as once:
            once.callback(self.tell, scope["path"], found)

            async def seen(message: Message) -> None:
                if message["type"] == "http.response.start":
                    found["status"] = message["status"]
                await send(message)
                if ends(message):
                    once.close()  # before background tasks

            try:
                await self.app(scope, receive, seen)
                found["error"] = "cut off"  # if it has no line yet
            except BaseException as error:
                found["error"] = type(error).__name__
                raise

    def tell(self, path: str, found: Fields) -> None:
        self.lines.write(path, **found)


# --8<-- [end:logged]


# --8<-- [start:app]
def create_app(lines: Lines) -> FastAPI:
    app = FastAPI()
    app.add_middleware(Logged, lines=lines)

    @app.get("/orders")
    async def orders(tasks: BackgroundTasks) -> None:
        note(account="ada")
        tasks.add_task(send_mail)

    @app.get("/threaded")
    def threaded() -> None:
        note(account="ada")

    async def send_mail() -> None:
        lines.write("mail", **fields.get({}))

    return app


# --8<-- [end:app]


def main() -> None:
    print(asyncio.run(printed(create_app)))


if __name__ == "__main__":
    main()
