"""Error 111: the machine is there, and nothing listens on that port.

Running it asks a port of this machine on which nothing listens, with
the sync client and with the async one, and then the address that the
environment names.
"""

import asyncio
import os
from collections.abc import Mapping
from errno import ECONNREFUSED  # 111 on Linux, 61 on macOS

import redis
from redis.asyncio import Redis


# --8<-- [start:raises]
def ask(port: int) -> bool:
    with redis.Redis.from_url(f"redis://localhost:{port}") as client:
        return bool(client.ping())


async def ask_async(port: int) -> bool:
    url = f"redis://127.0.0.1:{port}"
    async with Redis.from_url(url) as client:
        return bool(await client.ping())


# --8<-- [end:raises]


# --8<-- [start:fix]
async def ask_configured(environment: Mapping[str, str]) -> bool:
    url = environment["REDIS_URL"]  # no default: localhost is a guess
    async with Redis.from_url(url) as client:
        return bool(await client.ping())


# --8<-- [end:fix]


def demonstrate(closed: int, environment: Mapping[str, str]) -> None:
    for call in (ask, lambda port: asyncio.run(ask_async(port))):
        try:
            call(closed)
        except redis.ConnectionError as error:
            said = str(error).replace(str(closed), "6379")
            print(said.replace(f"Error {ECONNREFUSED} ", "Error 111 "))
    print("PONG:", asyncio.run(ask_configured(environment)))


def main() -> None:
    import lab

    with lab.redis_server() as stopped, lab.redis() as lease:
        stopped.stop()
        port = int(stopped.url.rpartition(":")[2].partition("/")[0])
        demonstrate(port, os.environ | {"REDIS_URL": lease.url})


if __name__ == "__main__":
    main()
