"""The page over HTTP holds what the session loaded, and ratios divide like by like."""

import httpx
import pytest

from snippets.batches.experiments._app import PAGES, application
from snippets.batches.experiments.http import EXPERIMENT
from snippets.batches.orders import orders


@pytest.mark.parametrize("loader", PAGES)
async def test_each_order_comes_with_its_customer_lines_and_events(loader: str, dsn: str) -> None:
    async with orders(dsn):
        app = application(dsn, loader)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client,
        ):
            found = (await client.get("/orders")).json()
    assert [order["id"] for order in sorted(found, key=lambda o: o["id"])] == list(range(1, 101))
    for order in found:
        assert order["customer"] == {"name": str(order["id"])}
        assert {line["sku"] for line in order["lines"]} == {f"sku-{n}" for n in range(1, 11)}
        assert len(order["lines"]) == len(order["events"]) == 10


def test_what_is_added_to_both_sides_makes_the_ratio_smaller() -> None:
    times = {
        f"{loader}-{place}-{ms}ms": {"page": seconds + added}
        for loader, seconds in (("lazy", 0.4), ("selectin", 0.02))
        for place, added in (("alone", 0.0), ("served", 0.02))
        for ms in (0, 1)
    }
    assert set(times) == set(EXPERIMENT.variants)
    values = {name: quantity.of(times) for name, quantity in EXPERIMENT.quantities.items()}
    assert values == pytest.approx(
        {"near_alone": 20, "near": 10.5, "far_alone": 20, "far": 10.5, "kept": 52.5}
    )
