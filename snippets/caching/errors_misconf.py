"""Redis takes no writes while it cannot save what it was told to save.

Running it makes the place of a snapshot unusable, lets a snapshot
fail, writes, repairs the place, and writes before and after a save
that works.
"""

import time
from pathlib import Path

import redis


# --8<-- [start:raises]
def place_order(client: redis.Redis, number: int) -> None:
    client.rpush("orders", number)  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
def save(client: redis.Redis, timeout_s: float = 60.0) -> str:
    """Save once, after the cause is repaired; whether it worked."""
    client.bgsave()
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        state = client.info("persistence")
        if not state["rdb_bgsave_in_progress"]:
            return str(state["rdb_last_bgsave_status"])  # [!]
        time.sleep(0.05)
    raise TimeoutError("the snapshot takes longer")


# --8<-- [end:fix]


def attempt(client: redis.Redis, number: int) -> str:
    try:
        place_order(client, number)
    except redis.ResponseError as error:
        return str(error).partition(" Commands")[0]
    return "stored"


def demonstrate(client: redis.Redis, directory: Path) -> None:
    print("before:", attempt(client, 1))
    in_the_way = directory / "dump.rdb"
    in_the_way.mkdir()  # as a full disk, or one without a right
    print("a save:", save(client))
    print("then:", attempt(client, 2))
    in_the_way.rmdir()
    print("repaired:", attempt(client, 3))
    print("a save:", save(client))
    print("then:", attempt(client, 4))


def main() -> None:
    import lab

    with (
        lab.redis_server({"save": "900 1"}) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        demonstrate(client, server.directory)


if __name__ == "__main__":
    main()
