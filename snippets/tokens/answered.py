"""What the service answers, from signing up to signing out.

Running it asks over a socket, and prints status and challenge.
"""

import asyncio
from typing import Any

import httpx

from snippets.tokens.schema import SCHEMA
from snippets.tokens.served import served
from snippets.tokens.service import create_app
from snippets.tokens.settings import Settings

PASSWORD = "correct horse battery staple"
ANN = {"email": "ann@shop.example", "password": PASSWORD}
WRONG = ANN | {"password": "wrong"}
OTHER_SITE = {"origin": "https://evil.example"}


class Asking:
    """Asks, and keeps what it was told."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.told: list[str] = []

    async def __call__(
        self, what: str, method: str, path: str, **given: Any
    ) -> httpx.Response:
        answer = await self._client.request(method, path, **given)
        challenge = answer.headers.get("www-authenticate", "")
        told = f"{what:27} {answer.status_code} {challenge}"
        self.told.append(told.rstrip())
        return answer


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


# --8<-- [start:tour]
async def tour(settings: Settings) -> list[str]:
    async with served(app := create_app(settings)) as client:
        await app.state.pool.execute(SCHEMA)
        ask = Asking(client)
        await ask("sign up", "POST", "/accounts", json=ANN)
        await ask("sign up again", "POST", "/accounts", json=ANN)
        await ask("wrong password", "POST", "/sessions", json=WRONG)
        given = await ask("sign in", "POST", "/sessions", json=ANN)
        token = bearer(given.json()["access_token"])
        cookie = given.headers["set-cookie"].partition(";")[0]
        await ask("me, no token", "GET", "/me")
        await ask("me, bad token", "GET", "/me", headers=bearer("x"))
        await ask("me", "GET", "/me", headers=token)
        await ask("report", "GET", "/report", headers=token)
        path, refresh = "/sessions/refresh", {"cookie": cookie}
        await ask(
            "refresh, other site",
            "POST",
            path,
            headers=refresh | OTHER_SITE,
        )
        await ask("refresh", "POST", path, headers=refresh)
        await ask("refresh, same token", "POST", path, headers=refresh)
        await ask("me, session ended", "GET", "/me", headers=token)
    return ask.told


# --8<-- [end:tour]


def main() -> None:
    import lab

    with lab.postgres() as dsn, lab.redis() as lease:
        settings = Settings(
            dsn=dsn,
            redis_url=lease.url,
            prefix=lease.prefix,
            keys={"june": b"j" * 32},
            origin="https://shop.example",
        )
        print("\n".join(asyncio.run(tour(settings))))


if __name__ == "__main__":
    main()
