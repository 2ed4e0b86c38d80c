"""Client tracking keeps a cache in the process honest.

Running it reads a key 100 times, changes it from another client, and
cuts the connection that brings the news.
"""

import asyncio
import time

from redis.asyncio import Redis

from snippets.caching.tracking import follow, news_from

Stored = bytes | str | None


# --8<-- [start:levels]
LOCAL_S = 30.0  # the most a value is kept if the news stop unnoticed


class TwoLevels:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._local: dict[str, tuple[Stored, float]] = {}
        self._asking: dict[str, object] = {}
        self.tracked = asyncio.Event()

    async def get(self, key: str) -> Stored:
        value, until = self._local.get(key, (None, 0.0))
        if time.monotonic() < until:
            return value
        mark = self._asking[key] = object()
        try:
            value = await self._redis.get(key)
        finally:
            latest = self._asking.pop(key, None)
        if latest is mark and self.tracked.is_set():  # [!]
            self._local[key] = value, time.monotonic() + LOCAL_S
        return value

    def forget(self, keys: list[bytes] | None) -> None:
        changed = [*self._local, *self._asking]
        for key in changed if keys is None else map(bytes.decode, keys):
            self._local.pop(key, None)
            self._asking.pop(key, None)


# --8<-- [end:levels]


async def demonstrate(url: str) -> None:
    redis, news = Redis.from_url(url), news_from(url)
    await redis.set("price:1", 100)
    levels = TwoLevels(redis)
    heard = asyncio.Queue[list[bytes] | None]()

    def hear(keys: list[bytes] | None) -> None:
        levels.forget(keys)
        heard.put_nowait(keys)

    following = asyncio.create_task(
        follow(news, "price:", levels.tracked, hear)
    )
    await heard.get()  # None: tracking begins
    for _ in range(100):
        await levels.get("price:1")
    sent = (await redis.info("commandstats"))["cmdstat_get"]["calls"]
    print("reads 100, sent to Redis", sent)
    async with Redis.from_url(url) as other:
        await other.set("price:1", 200)
        print("changed elsewhere:", await heard.get())
        print("read again:", await levels.get("price:1"))
        await other.client_kill_filter(_type="pubsub")
        print("the news ends:", await heard.get())
        print("tracked:", levels.tracked.is_set())
    following.cancel()
    await asyncio.wait([following])
    await redis.aclose()
    await news.aclose()


def main() -> None:
    import lab

    with lab.redis_server() as server:
        asyncio.run(demonstrate(server.url))


if __name__ == "__main__":
    main()
