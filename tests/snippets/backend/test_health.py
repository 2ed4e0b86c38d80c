"""Probes: the database decides, and an idle connection that has died does not."""

import asyncio

import psycopg

from tests.snippets.backend.shop import Configure, Shop, is_problem, opened

DEAF = "postgresql://127.0.0.1:1/nowhere"


async def test_a_ready_service_says_so(shop: Shop) -> None:
    ready = await shop.client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"database": True, "redis": True})


async def test_a_probe_whose_connection_died_looks_again(shop: Shop, shared_dsn: str) -> None:
    await shop.client.get("/health/ready")
    kill = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    kill += " WHERE application_name = 'shop-probe' AND datname = current_database()"
    with psycopg.connect(shared_dsn, autocommit=True) as admin:
        assert admin.execute(kill).fetchall()
    assert (await shop.client.get("/health/ready")).status_code == 200


async def test_a_crowd_of_probes_is_one(shop: Shop) -> None:
    crowd = await asyncio.gather(*(shop.client.get("/health/ready") for _ in range(10)))
    assert {answer.status_code for answer in crowd} == {200}
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'shop-probe'"
    count += " AND datname = current_database()"
    assert await shop.database.fetchval(count) == 1


async def test_a_full_pool_is_busy_and_not_away(configure: Configure) -> None:
    async with (
        opened(configure(pool_size=1, pool_s=0.01)) as shop,
        shop.resources.transactions._engine.connect(),
    ):
        assert (await shop.client.get("/health/ready")).status_code == 200
        refused = await shop.client.get("/products")
        assert is_problem(refused, 503)
        assert refused.json()["detail"] == "too many requests in service"


async def test_without_its_database_a_service_lives_and_is_not_ready(
    configure: Configure, shared_dsn: str
) -> None:
    async with opened(configure(dsn=DEAF, direct_url=shared_dsn)) as shop:
        assert (await shop.client.get("/health/live")).status_code == 200
        ready = await shop.client.get("/health/ready")
        assert (ready.status_code, ready.json()["database"]) == (503, False)


async def test_a_server_that_takes_no_writes_is_not_ready(
    configure: Configure, own_dsn: str
) -> None:
    with psycopg.connect(own_dsn, autocommit=True) as admin:
        name = admin.info.dbname
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    async with opened(configure(dsn=own_dsn)) as shop:
        assert (await shop.client.get("/health/ready")).status_code == 503
