"""What the experiments of the article serve, and what ends a measurement."""

import httpx
import pytest

import lab
from snippets.tokens.experiments import unknown, verify
from snippets.tokens.experiments.verify import RefusedError, sign_in
from snippets.tokens.served import served
from snippets.tokens.verifying import Place, create_app


@pytest.mark.parametrize("place", ["inline", "threads", "limited"])
async def test_each_place_compares_and_answers(place: Place) -> None:
    async with served(create_app(place, memory_kib=64, passes=1)) as client:
        assert (await client.get("/ping")).status_code == 200
        assert (await client.post("/sessions")).status_code == 201


async def test_a_sign_in_that_fails_ends_the_measurement() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(503)

    transport = httpx.MockTransport(refuse)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        with pytest.raises(RefusedError, match="503"):
            await sign_in(client)


@pytest.mark.parametrize("hasty", [False, True])
async def test_both_services_refuse_and_let_in_alike(
    accounts_dsn: str, redis_lease: lab.RedisLease, hasty: bool
) -> None:
    app = unknown.create_app(accounts_dsn, redis_lease.url, redis_lease.prefix, hasty)
    ann = {"email": unknown.KNOWN, "password": "correct horse battery"}
    async with served(app) as client:
        told = [
            (await client.post("/accounts", json=ann)).status_code,
            (await client.post("/sessions", json=ann)).status_code,
            (await client.post("/sessions", json=ann | {"password": "x"})).status_code,
            (await client.post("/sessions", json=ann | {"email": unknown.UNKNOWN})).status_code,
        ]
    assert told == [201, 201, 401, 401]


@pytest.mark.parametrize(
    ("longer", "shorter", "chance"),
    [([2.0], [1.0], 1.0), ([1.0], [2.0], 0.0), ([1.0], [1.0], 0.5), ([1.0, 3.0], [2.0], 0.5)],
)
def test_the_chance_is_of_pairs(longer: list[float], shorter: list[float], chance: float) -> None:
    assert unknown.chance(longer, shorter) == chance


def test_the_bounds_are_those_of_the_parameters() -> None:
    assert verify.MEMORY == 64 * 2**20
    bounds = {claim.quantity: claim for claim in verify.EXPERIMENT.claims}
    assert bounds["threads"].at_least == 20 * verify.MEMORY
    assert bounds["limited"].at_most == 2.5 * verify.MEMORY
