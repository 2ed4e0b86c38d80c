"""A thread has no event loop unless somebody made one for it.

Running it asks for the loop in a thread of an endpoint, and then hands
the coroutine to the loop that serves.
"""

import asyncio

import anyio.from_thread
import httpx
from fastapi import FastAPI


# --8<-- [start:raises]
async def notify(order_id: int) -> str:
    await asyncio.sleep(0)
    return f"order {order_id}"


def create_app() -> FastAPI:
    app = FastAPI()

    @app.post("/orders/{order_id}")
    def place_order(order_id: int) -> str:  # def: in a thread
        return asyncio.get_event_loop().run_until_complete(  # [!]
            notify(order_id)
        )

    return app


# --8<-- [end:raises]


# --8<-- [start:fix]
def create_app_fixed() -> FastAPI:
    app = FastAPI()

    @app.post("/orders/{order_id}")
    async def place_order(order_id: int) -> str:
        return await notify(order_id)  # [!]

    @app.put("/orders/{order_id}")
    def replace_order(order_id: int) -> str:  # must stay def
        return anyio.from_thread.run(notify, order_id)  # [!]

    return app


# --8<-- [end:fix]


async def ask(app: FastAPI, method: str) -> str:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://app"
    ) as client:
        return str((await client.request(method, "/orders/7")).json())


def main() -> None:
    try:
        asyncio.run(ask(create_app(), "POST"))
    except RuntimeError as error:
        print(error)
    for method in ("POST", "PUT"):
        print(asyncio.run(ask(create_app_fixed(), method)))


if __name__ == "__main__":
    main()
