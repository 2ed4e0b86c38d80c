"""A shop for tests: an application in this process, and rows of its own in a shared database."""

import itertools
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from sqlalchemy import event

from snippets.backend.app import create_app
from snippets.backend.resources import Resources
from snippets.backend.settings import Settings

Configure = Callable[..., Settings]
Headers = dict[str, str]
PATIENT = {"lock_s": 10, "statement_s": 11, "answer_s": 12, "transaction_s": 13}
PATIENT |= {"pool_s": 10, "connect_s": 10, "redis_s": 5, "request_s": 50}
MEDIA_TYPE = "application/problem+json"
names = (f"{os.getpid()}-{number}" for number in itertools.count(1))


def settings_for(dsn: str, redis_url: str, **more: Any) -> Settings:
    """Settings with cheap passwords, and with limits that a busy machine does not reach."""
    given = {"argon2_memory_kib": 8, "argon2_passes": 1, "secret_key": "k" * 32}
    return Settings(database_url=dsn, redis_url=redis_url, **given | PATIENT | more)  # type: ignore[arg-type]


@dataclass
class Shop:
    """What a test has in its hands.

    Attributes:
        client: of the application, in this process.
        database: a connection past the application.
        resources: what the routes of this application use.
    """

    client: httpx.AsyncClient
    database: asyncpg.Connection
    resources: Resources

    async def account(self, role: str = "customer") -> Headers:
        """A new account, signed in."""
        number = await self.database.fetchval(
            "INSERT INTO account (email, email_key, password_hash, role)"
            " VALUES ($1, $1, '', $2) RETURNING id",
            *(f"{next(names)}@example.com", role),
        )
        token = self.resources.keyring.issue(number, UUID(int=1), role)
        return {"Authorization": f"Bearer {token}"}

    async def product(self, stock: int = 10, price_cents: int = 100) -> int:
        """A new product."""
        insert = "INSERT INTO product (name, price_cents, stock) VALUES ($1, $2, $3) RETURNING id"
        return int(await self.database.fetchval(insert, next(names), price_cents, stock))

    async def stock(self, product: int) -> int:
        """How many are left."""
        found = await self.database.fetchval("SELECT stock FROM product WHERE id = $1", product)
        return int(found)

    async def place(
        self, who: Headers, wanted: dict[int, int], key: str | None = None
    ) -> httpx.Response:
        """The answer to an order of these quantities."""
        lines = [{"product_id": number, "quantity": wanted[number]} for number in wanted]
        headers = who | {"Idempotency-Key": key or next(names)}
        return await self.client.post("/orders", json={"lines": lines}, headers=headers)

    async def placed(self, who: Headers, wanted: dict[int, int]) -> int:
        """The number of an order that was placed."""
        return int((await self.place(who, wanted)).raise_for_status().json()["id"])

    async def state(self, order: int) -> str:
        """Where an order is on its way."""
        return str(await self.database.fetchval("SELECT state FROM orders WHERE id = $1", order))

    async def jobs(self, entrypoint: str, order: int) -> int:
        """How many jobs of this kind wait for this order."""
        count = "SELECT count(*) FROM pgqueuer WHERE entrypoint = $1 AND payload = $2"
        return int(await self.database.fetchval(count, entrypoint, b"%d" % order))

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What the application sends through SQLAlchemy meanwhile."""
        sent: list[str] = []
        engine = self.resources.transactions._engine.sync_engine

        def note(_: object, __: object, statement: str, *___: object) -> None:
            sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        yield sent
        event.remove(engine, "before_cursor_execute", note)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Shop]:
    """A shop with these settings."""
    app = create_app(settings)
    connection = await asyncpg.connect(settings.direct.get_secret_value())
    try:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client,
        ):
            yield Shop(client, connection, app.state.resources)
    finally:
        await connection.close()


def is_problem(answer: httpx.Response, status: int) -> bool:
    """Whether an answer has this status and the form of all errors."""
    told = answer.json()
    form = answer.headers["content-type"] == MEDIA_TYPE and told["status"] == answer.status_code
    return form and answer.status_code == status and bool(told["title"])
