"""FastAPI-boilerplate of benavlabs: asynchronous, with Redis and arq.

It runs under gunicorn, as its image offers it, with two workers. Their
tables are made before, as two that start at once would meet. One import
is changed, whose capital letter only some file systems take. The commit
is the last one with which a post can be written: the next one asks a
dictionary for an attribute. Its jobs are samples that no write needs,
so that its worker is not started; it has no stock, and no key that
makes a write repeatable. Signing out is not fuzzed, as everything after
it would be refused.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from lab.load import Request
from snippets.backend.experiments._client import ask, posted
from snippets.backend.experiments._systems import Account, System
from snippets.backend.experiments.rivals._checkout import Checkout

API = "/api/v1"
NAME, PASSWORD = "ada", "Str1ngst!"
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
TABLES = (
    "import asyncio; from app.core.setup import create_tables;"
    " asyncio.run(create_tables())"
)
CHECKOUT = Checkout(
    name="boilerplate",
    url="https://github.com/benavlabs/FastAPI-boilerplate",
    commit="d224aad172a9a82710860402a30bacacb7125509",
    directory="src",
    changes={
        "app/core/security.py": (
            ("from Pydantic import", "from pydantic import"),
        )
    },
    made=(".env",),
)


def variables(database: str, redis: str) -> Mapping[str, str]:
    postgres, cache = urlsplit(database), urlsplit(redis)
    found = {
        "POSTGRES_USER": postgres.username,
        "POSTGRES_PASSWORD": postgres.password or "none",
        "POSTGRES_SERVER": postgres.hostname,
        "POSTGRES_PORT": postgres.port,
        "POSTGRES_DB": postgres.path.strip("/"),
        "SECRET_KEY": "k" * 40,
    }
    for use in ("CACHE", "QUEUE", "RATE_LIMIT"):
        found[f"REDIS_{use}_HOST"] = cache.hostname
        found[f"REDIS_{use}_PORT"] = cache.port
    return {name: str(value) for name, value in found.items()}


def sign_up(email: str) -> Request:
    name = email.partition("@")[0]
    body = {"name": "Ada", "username": name, "email": email}
    return posted(f"{API}/user", {**body, "password": PASSWORD})


async def enter(url: str) -> Account:
    await ask(url, sign_up(f"{NAME}@example.com"))
    form = urlencode({"username": NAME, "password": PASSWORD})
    answer = await ask(url, Request(f"{API}/login", "POST", FORM, form))
    return account(answer.json()["access_token"])


def account(token: str) -> Account:
    mine = (("Authorization", f"Bearer {token}"),)

    def write(mark: str) -> Request:
        body = {"title": mark, "text": "An order."}
        return posted(f"{API}/{NAME}/post", body, *mine)

    def read(written: Any) -> Request:
        path = f"{API}/{NAME}/post/{written['id']}"
        return Request(path, headers=mine)

    page = Request(f"{API}/{NAME}/posts", headers=mine)
    return Account(mine, write, read, page, cached=page)


BOILERPLATE = System(
    label="FastAPI-boilerplate",
    before=(("-c", TABLES),),
    web=(
        *("-m", "gunicorn", "--bind", "127.0.0.1:{port}"),
        *("--workers", "{workers}", "app.main:app"),
        *("--worker-class", "uvicorn.workers.UvicornWorker"),
        *("--log-level", "critical"),
    ),
    variables=variables,
    sign_up=sign_up,
    enter=enter,
    stored="SELECT title, count(*) FROM post GROUP BY title",
    unfuzzed="logout",
    environment="boilerplate",
    source=CHECKOUT.copied,
)
