"""The answer to an exception has no CORS headers: browsers hide it.

Running it asks three applications for orders, as a browser does for a
page of another origin, and prints what each answers.
"""

import asyncio

import httpx
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

ORIGIN = "https://shop.example"


# --8<-- [start:raises]
def create_app() -> FastAPI:
    app = FastAPI()

    @app.get("/orders")
    async def read_orders() -> list[str]:
        return ["A-1"]

    @app.get("/failing")
    async def fail() -> list[str]:
        raise RuntimeError("the database is away")

    return app


def inside() -> ASGIApp:
    app = create_app()
    app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN])  # [!]
    return app


def with_slash() -> ASGIApp:
    app = create_app()
    app.add_middleware(CORSMiddleware, allow_origins=[f"{ORIGIN}/"])
    return app


# --8<-- [end:raises]


# --8<-- [start:fix]
def around() -> ASGIApp:
    return CORSMiddleware(
        create_app(),
        allow_origins=[ORIGIN],  # scheme, host, port: no slash
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization"],
    )


# --8<-- [end:fix]


async def ask(
    app: ASGIApp, path: str, origin: str = ORIGIN
) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        return await client.get(path, headers={"Origin": origin})


def allowed(answer: httpx.Response) -> str | None:
    found = answer.headers.get_list("Access-Control-Allow-Origin")
    return found[0] if found else None


async def demonstrate() -> None:
    for create in (inside, with_slash, around):
        for path in ("/orders", "/failing"):
            answer = await ask(create(), path)
            named = f"{create.__name__} {path}"
            print(f"{named}: {answer.status_code}, {allowed(answer)}")


def main() -> None:
    asyncio.run(demonstrate())


if __name__ == "__main__":
    main()
