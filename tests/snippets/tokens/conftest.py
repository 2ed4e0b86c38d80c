"""The service of the article on a socket, with accounts in it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

import lab
from snippets.tokens.browsers import COOKIE
from snippets.tokens.schema import SCHEMA
from snippets.tokens.served import served
from snippets.tokens.service import create_app
from snippets.tokens.settings import Settings

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def accounts_template(template: Callable[[str], str]) -> str:
    return template(SCHEMA)


@pytest.fixture
def accounts_dsn(clone: Callable[[str], str], accounts_template: str) -> str:
    return clone(accounts_template)


@pytest.fixture
async def accounts(accounts_dsn: str) -> AsyncIterator[Any]:
    """A pool on the tables of the article."""
    async with asyncpg.create_pool(accounts_dsn, min_size=20, max_size=20) as pool:
        yield pool


@pytest.fixture
def settings(accounts_dsn: str, redis_lease: lab.RedisLease) -> Settings:
    """Those of the article, with a cheap argon2."""
    return Settings(
        dsn=accounts_dsn,
        redis_url=redis_lease.url,
        prefix=redis_lease.prefix,
        keys={"new": b"n" * 32, "old": b"o" * 32},
        origin="https://shop.example",
        memory_kib=64,
        passes=1,
        by_account="1000 per minute",
        by_network="1000 per minute",
        redis_wait_s=10.0,  # an answer that is late on a busy machine is no outage
    )


@dataclass
class Service:
    """The service, whoever asks it, and what it stores."""

    app: FastAPI
    client: httpx.AsyncClient
    pool: Any

    async def sign_up(self, email: str = "ann@shop.example", password: str = PASSWORD) -> None:
        """An account."""
        body = {"email": email, "password": password}
        answer = await self.client.post("/accounts", json=body)
        assert answer.status_code == 201, answer.text

    async def sign_in(
        self, email: str = "ann@shop.example", password: str = PASSWORD, **headers: str
    ) -> httpx.Response:
        """With these credentials."""
        body = {"email": email, "password": password}
        return await self.client.post("/sessions", json=body, headers=headers)

    async def begin(self, email: str = "ann@shop.example") -> "Tokens":
        """An account, signed in."""
        await self.sign_up(email)
        return Tokens.of(await self.sign_in(email))

    async def me(self, access: str) -> httpx.Response:
        """Who this token says that one is."""
        return await self.client.get("/me", headers={"Authorization": f"Bearer {access}"})

    async def go_on(self, refresh: str, **headers: str) -> httpx.Response:
        """A refresh token, used."""
        cookie = {"Cookie": f"{COOKIE}={refresh}"}
        return await self.client.post("/sessions/refresh", headers=cookie | headers)


@dataclass
class Tokens:
    """What one sign-in gave."""

    access: str
    refresh: str

    @classmethod
    def of(cls, answer: httpx.Response) -> "Tokens":
        """From the answer to a sign-in or a refresh."""
        assert answer.status_code in (200, 201), answer.text
        cookie = answer.headers["set-cookie"]
        answer_token = answer.json()["access_token"]
        return cls(answer_token, cookie.partition("=")[2].partition(";")[0])

    @property
    def header(self) -> dict[str, str]:
        """For a request with the access token."""
        return {"Authorization": f"Bearer {self.access}"}


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Service]:
    app = create_app(settings)
    async with served(app) as client:
        client.timeout = httpx.Timeout(20)
        yield Service(app, client, app.state.pool)


def without_redis(settings: Settings) -> Settings:
    """Nothing listens where Redis should be."""
    return replace(settings, redis_url="redis://127.0.0.1:1/0")
