"""Sales and cancellations in any order, beside a model in memory.

Hypothesis makes the orders.
"""

import asyncio
from collections.abc import Sequence

import httpx
from hypothesis import given
from hypothesis import strategies as st

from snippets.testing.fuzzing import sized
from snippets.testing.started import started
from snippets.testing.stocked import Create, stocked

EXAMPLES = 25
STOCK = 2
# None sells; a number cancels one of the sales so far, again or not.
ACTIONS = st.lists(st.none() | st.integers(0, 3), max_size=8)


# --8<-- [start:walk]
async def walk(
    client: httpx.AsyncClient, actions: Sequence[int | None]
) -> None:
    path = await stocked(client, STOCK)
    product = int(path.split("/")[2])
    sales: list[int] = []
    valid: set[int] = set()  # the model
    for action in actions:
        if action is None:
            answer = await client.post(path)
            sold = len(valid) < STOCK
            assert answer.status_code == (201 if sold else 409)
            if sold:
                sales.append(answer.json()["id"])
                valid.add(sales[-1])
        elif sales:
            sale = sales[action % len(sales)]
            answer = await client.delete(f"/sales/{sale}")
            expected = 204 if sale in valid else 404
            assert answer.status_code == expected  # [!]
            valid.discard(sale)
    after = {"after": product - 1, "limit": 1}
    (found,) = (await client.get("/products", params=after)).json()
    assert found["stock"] == STOCK - len(valid)
    assert found["sold"] == len(valid)


# --8<-- [end:walk]
# --8<-- [start:orders]
async def any_order_follows_the_model(
    create: Create, examples: int = EXAMPLES
) -> None:
    loop = asyncio.get_running_loop()
    async with started(create()) as client:

        @sized(examples)
        @given(ACTIONS)
        def follow(actions: list[int | None]) -> None:
            done = walk(client, actions)
            asyncio.run_coroutine_threadsafe(done, loop).result()

        await asyncio.to_thread(follow)


# --8<-- [end:orders]
