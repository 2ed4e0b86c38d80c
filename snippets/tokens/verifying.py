"""Sign-ins that compare one password, in one of three places."""

from typing import Literal

from argon2 import PasswordHasher
from fastapi import FastAPI, Response
from fastapi.concurrency import run_in_threadpool

from snippets.tokens.hashes import Hashes
from snippets.tokens.passwords import Passwords

PASSWORD = "correct horse battery staple"
Place = Literal["inline", "threads", "limited"]


def create_app(
    place: Place,
    memory_kib: int = 64 * 1024,
    passes: int = 3,
    lanes: int = 4,
) -> FastAPI:
    hasher = PasswordHasher(passes, memory_kib, lanes)
    hashes = Hashes(hasher)
    passwords = Passwords(hashes, at_once=2, waiting=100)
    stored = hashes.hash(PASSWORD)
    app = FastAPI()

    # --8<-- [start:app]
    async def inline() -> bool:
        return hashes.check(PASSWORD, stored).right

    async def threads() -> bool:
        checked = await run_in_threadpool(
            hashes.check, PASSWORD, stored
        )
        return checked.right

    async def limited() -> bool:
        return (await passwords.verify(PASSWORD, stored)).right

    # --8<-- [end:app]
    ways = {"inline": inline, "threads": threads, "limited": limited}

    @app.post("/sessions")
    async def sign_in() -> Response:
        return Response(status_code=201 if await ways[place]() else 401)

    @app.get("/ping")
    async def ping() -> Response:
        return Response()

    return app
