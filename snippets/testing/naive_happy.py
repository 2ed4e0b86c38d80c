"""The shop on PostgreSQL, one request after another.

It runs every line, and is green with each of eleven defects.
"""

from snippets.testing.started import started
from snippets.testing.stocked import Create


# --8<-- [start:happy]
async def shop_sells(create: Create) -> None:
    async with started(create()) as client:
        tea = {"name": "tea", "stock": 1}
        added = await client.post("/products", json=tea)
        assert added.status_code == 201
        taken = await client.post("/products", json=tea)
        assert taken.status_code == 409

        sales = f"/products/{added.json()['id']}/sales"
        sold = await client.post(sales)
        assert sold.status_code == 201
        assert (await client.post(sales)).status_code == 409
        (product,) = (await client.get("/products")).json()
        assert (product["stock"], product["sold"]) == (0, 1)

        sale = f"/sales/{sold.json()['id']}"
        assert (await client.delete(sale)).status_code == 204
        (product,) = (await client.get("/products")).json()
        assert (product["stock"], product["sold"]) == (1, 0)

        assert (await client.delete("/sales/99")).status_code == 404
        nothing = await client.post("/products/99/sales")
        assert nothing.status_code == 404
        assert (await client.get("/delivery")).json() == {"days": 2}


# --8<-- [end:happy]
