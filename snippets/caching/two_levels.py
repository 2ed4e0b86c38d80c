"""Client tracking keeps a cache in the process honest.

Running it reads two keys, changes one, and cuts the news off.
"""

import asyncio
import time

from redis.asyncio import Redis

from snippets.caching.tracking import follow, news_from

Stored = bytes | str | None
Local = dict[str, tuple[Stored, float]]  # the value, and until when


# --8<-- [start:levels]
LOCAL_S, LOCAL_KEYS = 30.0, 10_000  # the news can stop unnoticed


class TwoLevels:
    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis, self.prefix = redis, prefix
        self._local, self._asking = Local(), dict[str, object]()
        self.tracked = asyncio.Event()

    async def get(self, key: str) -> Stored:
        value, until = self._local.get(key, (None, 0.0))
        if time.monotonic() < until:
            return value
        mark = self._asking.setdefault(key, object())  # shared
        try:
            value = await self._redis.get(key)
        finally:
            latest = self._asking.pop(key, None)
        told = self.tracked.is_set() and key.startswith(self.prefix)
        if told and latest is mark:  # [!]
            if len(self._local) >= LOCAL_KEYS:
                self._local.clear()
            self._local[key] = value, time.monotonic() + LOCAL_S
        return value

    def forget(self, keys: list[str] | None) -> None:
        changed = [*self._local, *self._asking]
        for key in changed if keys is None else keys:
            self._local.pop(key, None)
            self._asking.pop(key, None)


# --8<-- [end:levels]


async def demonstrate(url: str) -> None:
    redis, news = Redis.from_url(url), news_from(url)
    await redis.mset({"price:1": 100, "stock:1": 7})
    levels = TwoLevels(redis, "price:")
    heard = asyncio.Queue[list[str] | None]()

    def hear(keys: list[str] | None) -> None:
        levels.forget(keys)
        heard.put_nowait(keys)

    following = asyncio.create_task(
        follow(news, levels.prefix, levels.tracked, hear)
    )
    await heard.get()  # None: tracking begins
    for key in ("price:1", "stock:1"):
        await redis.config_resetstat()
        for _ in range(100):
            await levels.get(key)
        gets = (await redis.info("commandstats"))["cmdstat_get"]
        print(f"{key}: reads 100, sent to Redis {gets['calls']}")
    await redis.set("price:1", 200)
    print("changed:", await heard.get(), await levels.get("price:1"))
    await redis.client_kill_filter(_type="pubsub")
    print("the news ends:", await heard.get())
    following.cancel()
    await asyncio.wait([following])
    await asyncio.gather(redis.aclose(), news.aclose())


def main() -> None:
    import lab

    with lab.redis_server() as server:
        asyncio.run(demonstrate(server.url))


if __name__ == "__main__":
    main()
