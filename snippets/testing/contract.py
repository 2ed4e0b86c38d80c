"""An answer has these fields and no other."""

from snippets.testing.started import started
from snippets.testing.stocked import Create

PUBLIC = {"id", "name", "stock", "sold"}


# --8<-- [start:contract]
async def nothing_else_is_told(create: Create) -> None:
    async with started(create()) as client:
        new = {"name": "tea", "stock": 1, "cost": 3}
        added = await client.post("/products", json=new)
        listed = await client.get("/products")
        for product in (added.json(), *listed.json()):
            assert set(product) == PUBLIC  # [!]


# --8<-- [end:contract]
