"""Redis takes no writes while it cannot write its append-only file.

Running it gives a server such a file on a disk that is full, writes,
has the server go on without the file, and gives it one that can grow.
"""

import shutil
import time
from pathlib import Path

import redis

FILES = "appendonlydir"
FULL = Path("/dev/full")  # each write to it fails: no space left


# --8<-- [start:raises]
def place_order(client: redis.Redis, number: int) -> None:
    client.rpush("orders", number)  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
def begin_again(client: redis.Redis, timeout_s: float = 60.0) -> str:
    """Once there is space: a new file of all that is in memory."""
    client.config_set("appendonly", "yes")  # it was set to no
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        state = client.info("persistence")
        busy = ("aof_rewrite_in_progress", "aof_rewrite_scheduled")
        if not any(state[name] for name in busy):
            return str(state["aof_last_bgrewrite_status"])  # [!]
        time.sleep(0.05)
    raise TimeoutError("the new file takes longer")


# --8<-- [end:fix]


def attempt(client: redis.Redis, number: int) -> str:
    try:
        place_order(client, number)
    except redis.ResponseError as error:
        return str(error)
    return "stored"


def fill_up(client: redis.Redis, directory: Path) -> None:
    """From now on its file is on a disk that is full."""
    files = directory / FILES
    files.mkdir()
    (files / "temp-appendonly.aof.incr").symlink_to(FULL)
    client.config_set("appendonly", "yes")


def demonstrate(client: redis.Redis, directory: Path) -> None:
    fill_up(client, directory)
    print("at first:", attempt(client, 1))
    print("then:", attempt(client, 2))
    client.config_set("appendonly", "no")
    print("without the file:", attempt(client, 3))
    shutil.rmtree(directory / FILES)
    print("a new file:", begin_again(client))
    print("then:", attempt(client, 4))
    print("orders:", client.lrange("orders", 0, -1))


def main() -> None:
    import lab

    with (
        lab.redis_server() as server,
        redis.from_url(server.url, decode_responses=True) as client,
    ):
        demonstrate(client, server.directory)


if __name__ == "__main__":
    main()
