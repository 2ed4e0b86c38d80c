"""A coroutine that nobody awaits does nothing, and warns when it goes.

Running it forgets an await, hands over a call in place of a function,
and then does both as they were meant.
"""

import asyncio
import warnings

import httpx
from fastapi import BackgroundTasks, FastAPI

sent: list[int] = []


# --8<-- [start:raises]
async def notify(order: int) -> None:
    sent.append(order)


async def forgotten(order: int) -> None:
    notify(order)  # type: ignore[unused-coroutine]  # [!]


def create_app() -> FastAPI:
    app = FastAPI()

    @app.post("/orders/{order}")
    async def place(order: int, tasks: BackgroundTasks) -> None:
        tasks.add_task(notify(order))  # type: ignore  # [!]

    return app


# --8<-- [end:raises]


# --8<-- [start:fix]
async def awaited(order: int) -> None:
    await notify(order)


def create_app_fixed() -> FastAPI:
    app = FastAPI()

    @app.post("/orders/{order}")
    async def place(order: int, tasks: BackgroundTasks) -> None:
        tasks.add_task(notify, order)  # it calls and awaits

    return app


# --8<-- [end:fix]


async def ask(app: FastAPI, order: int) -> str:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://app"
    ) as client:
        try:
            answer = await client.post(f"/orders/{order}")
        except TypeError as error:
            return f"TypeError: {error}"
    return str(answer.status_code)


def main() -> None:
    for work in (forgotten, awaited):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            asyncio.run(work(7))
        print(f"{work.__name__}:", *(one.message for one in said))
    for create in (create_app, create_app_fixed):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            print(f"{create.__name__}:", asyncio.run(ask(create(), 8)))
        print(*(f"  {one.message}\n" for one in said), sep="", end="")
    print("sent:", sent)


if __name__ == "__main__":
    main()
