"""full-stack-fastapi-template: the backend of FastAPI's own template.

It runs as its image runs it, but for two workers in place of four. Two
lines are changed, as they want Python 3.14: an `except` of two classes
without parentheses, and an annotation that names a later class. One
migration takes random UUIDs of PostgreSQL's own in place of those of an
extension, which not every server has. The directory of its frontend is
empty, as nothing was built. It has no jobs, no stock, no Redis, and no
key that makes a write repeatable. What sends mail is not fuzzed, as
there is no mail server.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from lab.load import Request
from snippets.backend.experiments._client import ask, posted
from snippets.backend.experiments._systems import (
    UVICORN,
    Account,
    System,
)
from snippets.backend.experiments.rivals._checkout import Checkout

API = "/api/v1"
EMAIL, PASSWORD = "admin@example.com", "a long password"
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
UUIDS = (
    "app/alembic/versions/"
    "d98dd8ec85a3_edit_replace_id_integers_in_all_models_.py"
)
CHECKOUT = Checkout(
    name="template",
    url="https://github.com/fastapi/full-stack-fastapi-template",
    commit="68adb40d37425f6f8668ec7e5a054500d045e43e",
    directory="backend",
    changes={
        "app/api/deps.py": (
            (
                "except InvalidTokenError, ValidationError:",
                "except (InvalidTokenError, ValidationError):",
            ),
        ),
        "app/models.py": (("list[Item]", 'list["Item"]'),),
        UUIDS: (
            ('CREATE EXTENSION IF NOT EXISTS "uuid-ossp"', "SELECT 1"),
            ("uuid_generate_v4()", "gen_random_uuid()"),
        ),
    },
    made=("app/frontend/",),
)


def variables(database: str, redis: str) -> Mapping[str, str]:
    return {
        "DATABASE_URL": database,
        "SECRET_KEY": "k" * 40,
        "PROJECT_NAME": "template",
        "FIRST_SUPERUSER": EMAIL,
        "FIRST_SUPERUSER_PASSWORD": PASSWORD,
    }


def sign_up(email: str) -> Request:
    body = {"email": email, "password": PASSWORD, "full_name": "Ada"}
    return posted(f"{API}/users/signup", body)


async def enter(url: str) -> Account:
    form = urlencode({"username": EMAIL, "password": PASSWORD})
    path = f"{API}/login/access-token"
    answer = await ask(url, Request(path, "POST", FORM, form))
    return account(answer.json()["access_token"])


def account(token: str) -> Account:
    mine = (("Authorization", f"Bearer {token}"),)

    def write(mark: str) -> Request:
        return posted(f"{API}/items/", {"title": mark}, *mine)

    def read(written: Any) -> Request:
        path = f"{API}/items/{written['id']}"
        return Request(path, headers=mine)

    page = Request(f"{API}/items/", headers=mine)
    return Account(mine, write, read, page, cached=page)


TEMPLATE = System(
    label="full-stack-fastapi-template",
    before=(
        ("-m", "alembic", "upgrade", "head"),
        ("app/initial_data.py",),
    ),
    web=(*UVICORN, "app.main:app"),
    variables=variables,
    sign_up=sign_up,
    enter=enter,
    stored="SELECT title, count(*) FROM item GROUP BY title",
    schema=f"{API}/openapi.json",
    unfuzzed="test-email|password-recovery",
    environment="template",
    source=CHECKOUT.copied,
)
