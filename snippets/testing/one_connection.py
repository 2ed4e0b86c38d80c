"""A request that needs two connections waits for itself.

With a pool of one, it waits for certain.
"""

from snippets.testing.started import started
from snippets.testing.stocked import Create, stocked

ONE = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 1.0}


# --8<-- [start:one]
async def one_connection_is_enough(create: Create) -> None:
    async with started(create(**ONE)) as client:  # [!]
        sales = await stocked(client, stock=1)
        sold = await client.post(sales)
        assert sold.status_code == 201
        # What is refused gives its connection back, too.
        refused = [await client.post(sales) for _ in range(3)]
        assert {answer.status_code for answer in refused} == {409}
        cancelled = await client.delete(f"/sales/{sold.json()['id']}")
        assert cancelled.status_code == 204
        assert len((await client.get("/products")).json()) == 1


# --8<-- [end:one]
