"""`CROSSSLOT`: what a cluster takes in one command, and what its client does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from redis.asyncio import RedisCluster as AsyncCluster
from redis.cluster import RedisCluster
from redis.exceptions import (
    ClusterCrossSlotError,
    CrossSlotTransactionError,
    RedisClusterException,
    ResponseError,
)

import lab
from snippets.caching.errors_crossslot import save, save_tagged, wait_for_cluster

TEXT = "Keys in request don't hash to the same slot"
Client = redis.Redis


@pytest.fixture(scope="module")
def server() -> Iterator[lab.RedisServer]:
    with lab.redis_server({"cluster-enabled": "yes"}) as server:
        with redis.Redis.from_url(server.url) as client:
            wait_for_cluster(client)
        yield server


@pytest.fixture
def client(server: lab.RedisServer) -> Iterator[Client]:
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def cluster(server: lab.RedisServer, client: Client) -> Iterator[Any]:
    cluster: Any = RedisCluster(host="127.0.0.1", port=server.port, decode_responses=True)
    yield cluster
    cluster.close()


def test_two_names_are_two_slots(client: Client) -> None:
    with pytest.raises(ClusterCrossSlotError) as raised:
        save(client, 7, "tea", 5)
    assert str(raised.value) == TEXT
    assert isinstance(raised.value, ResponseError)
    assert client.dbsize() == 0


def test_two_names_with_one_tag_are_one(client: Client) -> None:
    save_tagged(client, 7, "tea", 5)
    assert client.mget("cart:{7}:items", "cart:{7}:total") == ["tea", "5"]


@pytest.mark.parametrize(
    "command",
    [
        lambda client: client.mget("a", "b"),
        lambda client: client.delete("a", "b"),
        lambda client: client.rename("a", "b"),
        lambda client: client.sunion("a", "b"),
        lambda client: client.blpop(["a", "b"], 0.01),
        lambda client: client.blmove("a", "b", 1),
        lambda client: client.xread({"a": 0, "b": 0}),
        lambda client: client.eval("return 1", 2, "a", "b"),
        lambda client: client.pipeline(transaction=True).set("a", 1).set("b", 2).execute(),
        lambda client: client.mset({"{}a": 1, "{}b": 2}),
    ],
    ids=[
        "mget",
        "delete",
        "rename",
        "sunion",
        "blpop",
        "blmove",
        "xread",
        "a script",
        "MULTI",
        "an empty tag",
    ],
)
def test_refused(command: Callable[[Any], object], client: Client) -> None:
    with pytest.raises(ClusterCrossSlotError, match=f"^{TEXT}$"):
        command(client)


def test_without_multi_a_pipeline_is_as_many_commands(client: Client) -> None:
    pipeline = client.pipeline(transaction=False)
    pipeline.set("a", 1)
    pipeline.set("b", 2)
    assert pipeline.execute() == [True, True]


def test_only_what_is_in_the_first_braces_is_hashed(client: Client) -> None:
    def slot(key: str) -> int:
        return int(client.cluster("KEYSLOT", key))

    assert slot("cart:{7}:items") == slot("{7}") == slot("order:{7}") == slot("{7}{8}")
    assert slot("cart:7:items") != slot("cart:7:total")


def test_one_server_is_a_cluster_too(client: Client) -> None:
    """As with a serverless one: thunderbird/appointment's issue 414."""
    assert client.cluster("INFO")["cluster_known_nodes"] == "1"
    with pytest.raises(ResponseError, match=r"^SELECT is not allowed in cluster mode$"):
        redis.Redis(port=client.connection_pool.connection_kwargs["port"], db=1).get("a")


@pytest.mark.parametrize("name", ["MGET", "RENAME", "SUNION"])
def test_the_client_of_a_cluster_says_it_before_anything_is_sent(name: str, cluster: Any) -> None:
    said = f"^{name} - all keys must map to the same key slot$"
    with pytest.raises(RedisClusterException, match=said):
        getattr(cluster, name.lower())("a", "b")


def test_and_nothing_was_sent(cluster: Any, client: Client) -> None:
    client.config_resetstat()
    refused: tuple[Callable[[], object], ...] = (
        lambda: cluster.mget("a", "b"),
        lambda: cluster.rename("a", "b"),
        lambda: cluster.pipeline(transaction=True).set("a", 1).set("b", 2).execute(),
    )
    for command in refused:
        with pytest.raises(RedisClusterException):
            command()
    assert {"mget", "rename", "set"}.isdisjoint(
        name.removeprefix("cmdstat_") for name in client.info("commandstats")
    )


async def test_so_it_is_with_the_client_for_asyncio(
    server: lab.RedisServer, client: Client
) -> None:
    """It refuses what the other refuses, and sends what the other sends to each."""
    cluster: Any  # its types are those of both clients
    async with AsyncCluster(host="127.0.0.1", port=server.port, decode_responses=True) as cluster:
        with pytest.raises(RedisClusterException, match=r"must map to the same key slot$"):
            await cluster.mget("a", "b")
        transaction = cluster.pipeline(transaction=True).set("a", 1).set("b", 2)
        with pytest.raises(CrossSlotTransactionError):
            await transaction.execute()
        assert await cluster.mset_nonatomic({"a": 1, "b": 2}) == [True, True]
        assert await cluster.mget_nonatomic("a", "b") == ["1", "2"]
        assert await cluster.delete("a", "b") == 2
        assert await cluster.pipeline().set("a", 1).set("b", 2).execute() == [True, True]


def test_of_a_transaction_it_says_it_in_other_words(cluster: Any) -> None:
    pipeline = cluster.pipeline(transaction=True)
    pipeline.set("a", 1)
    pipeline.set("b", 2)
    said = "^All keys involved in a cluster transaction must map to the same slot$"
    with pytest.raises(CrossSlotTransactionError, match=said):
        pipeline.execute()


def test_what_need_not_be_one_step_it_sends_to_each(cluster: Any) -> None:
    assert cluster.mset_nonatomic({"a": 1, "b": 2}) == [True, True]
    assert cluster.mget_nonatomic("a", "b") == ["1", "2"]
    assert cluster.delete("a", "b") == 2
    assert cluster.pipeline().set("a", 1).set("b", 2).execute() == [True, True]


def test_with_a_tag_its_transactions_work(cluster: Any) -> None:
    save_tagged(cluster, 7, "tea", 5)
    assert cluster.pipeline(transaction=True).get("cart:{7}:total").execute() == ["5"]
