"""The shop that the experiment on mails loads, and what ends a measurement."""

from typing import Literal

import pytest

from lab.experiment import Setting
from lab.load import Load, Plan, Sent
from snippets.dependencies.experiments import mail
from snippets.dependencies.experiments.mail import RefusedError, throughput
from snippets.dependencies.orders import prepared
from snippets.dependencies.served import served
from snippets.dependencies.shop import create_app


@pytest.mark.parametrize("scope", ["request", "function"])
async def test_an_order_is_placed_and_found(
    scope: Literal["request", "function"], dsn: str
) -> None:
    async with prepared(dsn), served(create_app(dsn, scope, mail_s=0.0)) as client:
        placed = await client.post("/orders")
    async with served(create_app(dsn, scope, mail_s=0.0)) as client:
        found = await client.get(f"/orders/{placed.json()['number']}")
        other = await client.get("/orders/none")

    assert placed.status_code == 201
    assert found.json() == placed.json()
    assert other.status_code == 404


async def test_an_order_that_is_not_placed_ends_the_measurement(dsn: str) -> None:
    conditions = {"clients": 1, "seconds": 0.1, "settle_s": 0.0}
    with pytest.raises(RefusedError, match=r"requests failed: \{'500': "):  # there is no table
        await throughput(Setting(conditions, postgres=dsn), "function")


async def test_an_order_counts_though_its_answer_comes_after_the_end(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def queued(plan: Plan) -> Load:
        """Three that were sent in the two seconds, and waited for longer than was left of them."""
        return Load(plan, (Sent(1.9, 0.0, 0.4, "201"),) * 3, 0.1, (0.0,))

    monkeypatch.setattr(mail, "generate", queued)
    conditions = {"clients": 3, "seconds": 2, "settle_s": 0.5}

    orders, _ = await throughput(Setting(conditions, postgres=dsn), "function")

    assert orders == 1.5
