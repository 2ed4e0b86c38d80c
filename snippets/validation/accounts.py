"""An account as it is stored, and who asks for it."""

from dataclasses import dataclass

import httpx
from fastapi import FastAPI


# --8<-- [start:account]
@dataclass
class Account:
    """A row, as an ORM gives it."""

    email: str
    password_hash: str


# --8<-- [end:account]

STORED = Account("a@example.org", "$argon2id$v=19$…")


async def tell(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        print(*(await client.get("/me")).json())
