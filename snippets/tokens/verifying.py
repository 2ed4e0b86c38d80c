"""Sign-ins that compare one password, in one of three places."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from argon2 import PasswordHasher
from fastapi import FastAPI, Response

from snippets.tokens.hashes import Checked, Hashes
from snippets.tokens.naive_passwords import (
    verify_in_threads,
    verify_inline,
)
from snippets.tokens.passwords import Passwords

PASSWORD = "correct horse battery staple"
Place = Literal["inline", "threads", "limited"]
Verify = Callable[[str, str | None], Awaitable[Checked]]


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

    # --8<-- [start:ways]
    ways: dict[Place, Verify] = {
        "inline": partial(verify_inline, hashes),
        "threads": partial(verify_in_threads, hashes),
        "limited": passwords.verify,
    }
    # --8<-- [end:ways]

    @app.post("/sessions")
    async def sign_in() -> Response:
        checked = await ways[place](PASSWORD, stored)
        return Response(status_code=201 if checked.right else 401)

    @app.get("/ping")
    async def ping() -> Response:
        return Response()

    return app
