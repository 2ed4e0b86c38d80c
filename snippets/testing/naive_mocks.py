"""Routes on a store that is mocked: what they make of its answers.

It is green whatever the store does, as there is none.
"""

from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock

from fastapi import FastAPI

from snippets.testing.started import started
from snippets.testing.store import Store

TEA = {"id": 1, "name": "tea", "stock": 2, "sold": 0, "cost": 1}


# --8<-- [start:mocks]
async def routes_answer(
    app: FastAPI, dependency: Callable[..., Any]
) -> None:
    store = AsyncMock(spec=Store)
    app.dependency_overrides[dependency] = lambda: store
    async with started(app) as client:
        store.add.side_effect = [TEA, None]  # then it is taken
        for status in (201, 409):
            answer = await client.post("/products", json=TEA)
            assert answer.status_code == status
        store.page.return_value = [TEA]
        (product,) = (await client.get("/products")).json()
        assert (product["name"], product["stock"]) == ("tea", 2)

        store.exists.return_value = True
        store.sell.side_effect = [{"id": 7}, None]
        for status in (201, 409):
            answer = await client.post("/products/1/sales")
            assert answer.status_code == status
        store.cancel.return_value = True
        answer = await client.delete("/sales/7")
        assert answer.status_code == 204
        store.cancel.assert_awaited_once_with(7)


# --8<-- [end:mocks]
