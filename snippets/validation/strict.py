"""Strict fields, by where the value comes from.

Running it prints which values of a booking pass when its model is
strict, as a body of FastAPI, as JSON read by Pydantic, and as a query.
"""

import asyncio
import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import httpx
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, ValidationError


# --8<-- [start:model]
class Booking(BaseModel):
    model_config = ConfigDict(strict=True)
    seats: int | None = None
    at: datetime | None = None
    event: UUID | None = None
    price: Decimal | None = None


app = FastAPI()


@app.post("/bookings")
async def by_body(booking: Booking) -> None: ...


@app.get("/bookings")
async def by_query(booking: Annotated[Booking, Query()]) -> None: ...


# --8<-- [end:model]


VALUES = {
    "seats": 2,
    "at": "2026-11-28T12:00:00Z",
    "event": "01981d6e-8f2a-7a00-8000-000000000000",
    "price": "9.90",
}


async def asked(name: str, value: object) -> tuple[bool, bool, bool]:
    """Whether it passes as a body, as JSON, and as a query."""
    text = json.dumps({name: value})
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        body = await client.post("/bookings", json={name: value})
        query = await client.get(
            f"/bookings?{urlencode({name: value})}"
        )
    try:
        Booking.model_validate_json(text)
    except ValidationError:
        return body.is_success, False, query.is_success
    return body.is_success, True, query.is_success


async def tell() -> None:
    print(f"{'strict':7}", "body   ", "JSON   ", "query")
    for name, value in VALUES.items():
        passed = await asked(name, value)
        words = ("passes " if one else "refused" for one in passed)
        print(f"{name:7}", *words)


def main() -> None:
    asyncio.run(tell())


if __name__ == "__main__":
    main()
