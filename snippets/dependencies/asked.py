"""What an application in this process answers."""

import httpx
from fastapi import FastAPI


async def ask(app: FastAPI, path: str) -> str:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        answer = await client.get(path)
    said = f" {answer.text}" if answer.is_success else ""
    return f"{answer.status_code}{said}"
