"""`NOGROUP` and `BUSYGROUP`: a group that is not there, and one that is."""

import asyncio
import re
from typing import Any

import pytest
from redis import ResponseError
from redis.asyncio import Redis

import lab
from snippets.queues import errors_busygroup as busy
from snippets.queues import errors_nogroup as absent

NOGROUP = "^NOGROUP No such key '{}' or consumer group '{}'"
BUSYGROUP = "^BUSYGROUP Consumer Group name already exists$"


def text(orders: str, group: str = absent.GROUP) -> str:
    return NOGROUP.format(re.escape(orders), group)


async def test_a_group_that_nobody_made_is_not_there(redis: Redis, orders: str) -> None:
    await redis.xadd(orders, {"id": "7"})
    with pytest.raises(ResponseError, match=f"{text(orders)} in XREADGROUP with GROUP option$"):
        await absent.read(redis, orders)


async def test_nor_where_there_is_no_stream(redis: Redis, orders: str) -> None:
    with pytest.raises(ResponseError, match=f"{text(orders)} in XREADGROUP with GROUP option$"):
        await absent.read(redis, orders)


async def test_it_is_made_and_read_from_the_first_entry(redis: Redis, orders: str) -> None:
    await redis.xadd(orders, {"id": "7"})
    assert absent.ids(await absent.read_or_make(redis, orders)) == ["7"]
    await redis.xadd(orders, {"id": "8"})
    assert absent.ids(await absent.read_or_make(redis, orders)) == ["8"]


async def test_before_the_first_entry_it_makes_the_stream(redis: Redis, orders: str) -> None:
    assert absent.ids(await absent.read_or_make(redis, orders)) == []
    assert await redis.type(orders) == "stream"


@pytest.mark.parametrize("settings", [{}, {"protocol": 2}, {"protocol": 3}])
@pytest.mark.parametrize("decodes", [True, False])
async def test_whatever_protocol_the_client_speaks_and_whether_it_decodes(
    settings: dict[str, Any], decodes: bool, orders: str, redis_lease: lab.RedisLease
) -> None:
    client: Any = Redis.from_url(redis_lease.url, decode_responses=decodes, **settings)
    async with client as redis:
        await redis.xadd(orders, {"id": "7"})
        assert await absent.read_or_make(redis, orders)
        assert (await redis.xpending(orders, absent.GROUP))["pending"] == 1
        await busy.start_any(redis, orders)


@pytest.mark.parametrize("end", ["delete", "unlink", "expire"])
async def test_it_goes_with_its_stream_and_is_made_again(
    end: str, redis: Redis, orders: str
) -> None:
    await absent.make_group(redis, orders)
    if end == "expire":
        await redis.pexpire(orders, 0)
    else:
        await getattr(redis, end)(orders)
    await redis.xadd(orders, {"id": "8"})
    with pytest.raises(ResponseError, match=text(orders)):
        await absent.read(redis, orders)
    assert absent.ids(await absent.read_or_make(redis, orders)) == ["8"]


async def test_two_that_make_it_at_once_both_go_on(redis: Redis, orders: str) -> None:
    await redis.xadd(orders, {"id": "7"})
    found = await asyncio.gather(*(absent.read_or_make(redis, orders) for _ in range(2)))
    assert sorted(map(absent.ids, found)) == [[], ["7"]]


async def test_an_error_of_another_kind_is_not_taken_for_it(redis: Redis, orders: str) -> None:
    await redis.rpush(orders, "7")
    for work in (absent.read_or_make, absent.make_group, busy.start_any):
        with pytest.raises(ResponseError, match=r"^WRONGTYPE "):
            await work(redis, orders)


async def test_who_makes_it_after_another_goes_on(redis: Redis, orders: str) -> None:
    for _ in range(2):
        await absent.make_group(redis, orders)


class Refusing:
    """A client of a server that refuses each command in the same words."""

    def __init__(self, said: str) -> None:
        self.said = said
        self.asked: list[str] = []

    async def xreadgroup(self, *of: object) -> None:  # noqa: D102
        self.asked.append("read")
        raise ResponseError(self.said)

    async def xgroup_create(self, *of: object, **settings: object) -> None:  # noqa: D102
        self.asked.append("make")
        raise ResponseError(self.said)


@pytest.mark.parametrize(
    ("work", "asked"),
    [
        (absent.read_or_make, ["read"]),  # and no group is made
        (absent.make_group, ["make"]),
        (busy.start_any, ["make"]),
    ],
)
async def test_a_server_that_is_busy_is_taken_neither_for_an_absent_group_nor_for_a_present_one(
    work: Any, asked: list[str]
) -> None:
    busy_server = Refusing("BUSY Redis is busy running a script.")
    with pytest.raises(ResponseError, match=r"^BUSY Redis "):
        await work(busy_server, "orders")
    assert busy_server.asked == asked


async def test_without_mkstream_it_wants_the_stream_to_exist(redis: Redis, orders: str) -> None:
    with pytest.raises(ResponseError, match=r"^The XGROUP subcommand requires the key to exist"):
        await redis.xgroup_create(orders, absent.GROUP)


async def test_from_the_default_id_what_was_there_is_never_read(redis: Redis, orders: str) -> None:
    await redis.xadd(orders, {"id": "7"})
    await redis.xgroup_create(orders, absent.GROUP, mkstream=True)
    assert absent.ids(await absent.read(redis, orders)) == []


async def test_from_0_a_group_that_was_destroyed_gets_all_of_it_again(
    redis: Redis, orders: str
) -> None:
    await redis.xadd(orders, {"id": "7"})
    assert absent.ids(await absent.read_or_make(redis, orders)) == ["7"]
    await redis.xgroup_destroy(orders, absent.GROUP)
    assert absent.ids(await absent.read_or_make(redis, orders)) == ["7"]


async def test_other_commands_say_it_without_the_last_part_and_xack_does_not(
    redis: Redis, orders: str
) -> None:
    await redis.xadd(orders, {"id": "7"})
    for command in (
        redis.xpending(orders, absent.GROUP),
        redis.xautoclaim(orders, absent.GROUP, "7", min_idle_time=0),
        redis.xclaim(orders, absent.GROUP, "7", min_idle_time=0, message_ids=["0-1"]),
    ):
        with pytest.raises(ResponseError, match=text(orders) + "$"):
            await command
    assert await redis.xack(orders, absent.GROUP, "0-1") == 0


async def test_those_for_a_group_that_must_exist_say_it_in_other_words(
    redis: Redis, orders: str
) -> None:
    await redis.xadd(orders, {"id": "7"})
    said = f"^NOGROUP No such consumer group '{absent.GROUP}' for key name '{re.escape(orders)}'$"
    for command in (
        redis.xgroup_setid(orders, absent.GROUP, "0"),
        redis.xgroup_createconsumer(orders, absent.GROUP, "7"),
        redis.xgroup_delconsumer(orders, absent.GROUP, "7"),
        redis.xinfo_consumers(orders, absent.GROUP),
    ):
        with pytest.raises(ResponseError, match=said):
            await command


async def test_it_goes_along_when_its_stream_is_renamed(redis: Redis, orders: str) -> None:
    await absent.make_group(redis, orders)
    await redis.rename(orders, f"{orders}:old")
    with pytest.raises(ResponseError, match=text(orders)):
        await absent.read(redis, orders)
    assert await absent.read(redis, f"{orders}:old") == []


@pytest.mark.parametrize("ends", ["destroy", "delete"])
async def test_a_read_that_blocks_ends_when_its_group_or_its_stream_goes(
    ends: str, redis: Redis, orders: str, redis_lease: lab.RedisLease
) -> None:
    await absent.make_group(redis, orders)
    worker = Redis.from_url(redis_lease.url, client_name=orders)
    read = worker.xreadgroup(absent.GROUP, "7", {orders: ">"}, block=20_000)
    waiting = asyncio.ensure_future(read)
    while not any(
        (client["name"], client["cmd"]) == (orders, "xreadgroup")
        for client in await redis.client_list()
    ):
        pass
    if ends == "destroy":
        await redis.xgroup_destroy(orders, absent.GROUP)
    else:
        await redis.delete(orders)
    with pytest.raises(ResponseError, match=text(orders)):
        await waiting
    await worker.aclose()


async def test_without_a_group_each_worker_reads_each_entry(redis: Redis, orders: str) -> None:
    await redis.xadd(orders, {"id": "7"})
    found = [await redis.xread({orders: "0"}) for _ in range(2)]
    assert found[0] == found[1] != []


async def test_the_second_worker_that_makes_the_group_is_refused(redis: Redis, orders: str) -> None:
    await busy.start(redis, orders)
    with pytest.raises(ResponseError, match=BUSYGROUP):
        await busy.start(redis, orders)


async def test_one_that_takes_what_is_there_is_not(redis: Redis, orders: str) -> None:
    for _ in range(2):
        await busy.start_any(redis, orders)


async def test_in_a_pipeline_another_word_comes_first(redis: Redis, orders: str) -> None:
    pipeline = redis.pipeline()
    for _ in range(2):
        pipeline.xgroup_create(orders, "billing", id="0", mkstream=True)
    with pytest.raises(ResponseError, match=r"^Command # 2 \(.*\) of pipeline .*BUSYGROUP "):
        await pipeline.execute()


async def test_who_made_it_first_begins_with_what_was_there(redis: Redis, orders: str) -> None:
    await redis.xadd(orders, {"id": "7"})
    await busy.start_any(redis, orders)
    assert absent.ids(await absent.read(redis, orders)) == ["7"]


async def test_it_leaves_the_group_where_it_is_in_the_stream(redis: Redis, orders: str) -> None:
    await redis.xadd(orders, {"id": "7"})
    assert absent.ids(await absent.read_or_make(redis, orders)) == ["7"]
    await busy.start_any(redis, orders)
    assert absent.ids(await absent.read(redis, orders)) == []
    await redis.xgroup_setid(orders, absent.GROUP, "0")
    assert absent.ids(await absent.read(redis, orders)) == ["7"]


@pytest.mark.parametrize(("begin", "again"), [("$", []), ("0", ["7", "8"])])
async def test_to_destroy_it_first_forgets_what_was_read_and_not_acknowledged(
    begin: str, again: list[str], redis: Redis, orders: str
) -> None:
    await redis.xadd(orders, {"id": "7"})
    await redis.xadd(orders, {"id": "8"})
    await absent.make_group(redis, orders)
    found: Any = await redis.xreadgroup(absent.GROUP, "7", {orders: ">"}, count=2)
    ((_, ((taken, _), *_)),) = found
    assert await redis.xack(orders, absent.GROUP, taken) == 1
    assert (await redis.xpending(orders, absent.GROUP))["pending"] == 1
    await redis.xgroup_destroy(orders, absent.GROUP)
    await redis.xgroup_create(orders, absent.GROUP, id=begin)
    assert (await redis.xpending(orders, absent.GROUP))["pending"] == 0
    assert absent.ids(await absent.read(redis, orders)) == again


async def test_to_ask_first_leaves_a_gap_and_wants_a_stream(redis: Redis, orders: str) -> None:
    with pytest.raises(ResponseError, match=r"^no such key$"):
        await redis.xinfo_groups(orders)
    await redis.xadd(orders, {"id": "7"})
    asked = [await redis.xinfo_groups(orders) for _ in range(2)]
    assert asked == [[], []]
    await busy.start(redis, orders)
    with pytest.raises(ResponseError, match=BUSYGROUP):
        await busy.start(redis, orders)


async def test_a_group_for_each_worker_gives_each_of_them_each_entry(
    redis: Redis, orders: str
) -> None:
    await redis.xadd(orders, {"id": "7"})
    found = []
    for group in ("first", "second"):
        await redis.xgroup_create(orders, group, id="0")
        found.append(await redis.xreadgroup(group, "7", {orders: ">"}))
    assert found[0] == found[1] != []
