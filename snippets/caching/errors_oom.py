"""A full Redis refuses what adds, unless it may evict.

Running it fills a small Redis: as it is by default, with a policy that
evicts only keys which expire, and with one that evicts any.
"""

import redis

LIMIT = "4mb"
VALUE = b"x" * 10_000


# --8<-- [start:raises]
def store(client: redis.Redis, key: str) -> None:
    client.set(key, VALUE)  # stays until somebody deletes it  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
DAY_S = 24 * 3600
CACHE = {"maxmemory-policy": "allkeys-lru"}  # all of it is a cache
MIXED = {"maxmemory-policy": "volatile-lru"}  # what expires is


def store_expiring(client: redis.Redis, key: str) -> None:
    client.set(key, VALUE, ex=DAY_S)  # [!]


# --8<-- [end:fix]


def fill(
    client: redis.Redis, policy: dict[str, str], expiring: bool
) -> str:
    """Write twice what the server may hold."""
    client.flushall()
    for name, value in policy.items():
        client.config_set(name, value)
    write = store_expiring if expiring else store
    try:
        for number in range(800):
            write(client, f"page:{number}")
    except redis.exceptions.OutOfMemoryError as error:
        return f"{error}"
    return "all stored, older ones evicted"


def main() -> None:
    import lab

    default = {"maxmemory-policy": "noeviction"}
    with (
        lab.redis_server({"maxmemory": LIMIT}) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        for policy, expiring in (
            (default, True),
            (MIXED, False),
            (MIXED, True),
            (CACHE, False),
        ):
            kind = "expiring keys" if expiring else "keys that stay"
            print(f"{policy['maxmemory-policy']}, {kind}:")
            print(f"  {fill(client, policy, expiring)}")


if __name__ == "__main__":
    main()
