"""Two sales at once are two sales, and a name is taken once."""

import asyncio

from snippets.testing.in_step import in_step
from snippets.testing.started import started
from snippets.testing.stocked import Create, stocked


# --8<-- [start:overlap]
async def two_at_once(create: Create) -> None:
    app = create()
    async with started(app) as client:
        sales = await stocked(client, stock=5)
        with in_step(app.state.engine):
            await asyncio.gather(client.post(sales), client.post(sales))
        (product,) = (await client.get("/products")).json()
        assert (product["stock"], product["sold"]) == (3, 2)  # [!]

        new = {"name": "coffee", "stock": 1}
        with in_step(app.state.engine):
            answers = await asyncio.gather(
                client.post("/products", json=new),
                client.post("/products", json=new),
            )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [201, 409]


# --8<-- [end:overlap]
