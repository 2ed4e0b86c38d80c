"""What an application answers to a body, byte for byte."""

import httpx
from fastapi import FastAPI


# --8<-- [start:post]
async def post(app: FastAPI, body: bytes) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://test",
        headers={"Content-Type": "application/json"},
    ) as client:
        return await client.post("/accounts", content=body)


# --8<-- [end:post]
# --8<-- [start:bodies]
PASSWORD, LONG = "hunter2", "x" * 1_000_000
RIGHT = "correct horse"
NAN = f'{{"password": "{PASSWORD}", "seats": NaN}}'
BODIES = {
    "NaN": NAN,
    "1e400": NAN.replace("NaN", "1e400"),
    "half a character": NAN.replace("NaN", '"\\ud800"'),
    "half a character as a key": NAN.replace("seats", "\\ud800"),
    "a short password": NAN.replace("NaN", "1"),
    "a long password": f'{{"password": "{LONG}", "seats": 1}}',
    "a right one, no seats": f'{{"password": "{RIGHT}"}}',
}
# --8<-- [end:bodies]


async def tell(app: FastAPI) -> None:
    for name, body in BODIES.items():
        answer = await post(app, body.encode())
        told = any(
            one in answer.text for one in (PASSWORD, LONG, RIGHT)
        )
        secret = ", with the password" if told else ""
        size = len(answer.content)
        print(f"{name}: {answer.status_code}, {size} bytes{secret}")
