"""In a cluster, the keys of one command belong into one slot.

Running it stores a cart and its total in one command: under two names,
and under two names with one tag.
"""

import time

import redis

SLOTS = 16_384


# --8<-- [start:raises]
def save(
    client: redis.Redis, cart: int, items: str, total: int
) -> None:
    name = f"cart:{cart}"
    client.mset({f"{name}:items": items, f"{name}:total": total})  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
def save_tagged(
    client: redis.Redis, cart: int, items: str, total: int
) -> None:
    tag = f"cart:{{{cart}}}"  # cart:{7}: only 7 is hashed  # [!]
    client.mset({f"{tag}:items": items, f"{tag}:total": total})


# --8<-- [end:fix]


def wait_for_cluster(client: redis.Redis) -> None:
    """One server with all the slots is a cluster, too."""
    client.cluster("ADDSLOTSRANGE", 0, SLOTS - 1)
    while client.cluster("INFO")["cluster_state"] != "ok":
        time.sleep(0.01)


def main() -> None:
    import lab

    with (
        lab.redis_server({"cluster-enabled": "yes"}) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        wait_for_cluster(client)
        for store in (save, save_tagged):
            try:
                store(client, 7, "tea", 5)
                print(f"{store.__name__}: stored")
            except redis.exceptions.ClusterCrossSlotError as error:
                print(f"{store.__name__}: {error}")
        names = ("cart:7:items", "cart:7:total")
        tagged = ("cart:{7}:items", "cart:{7}:total")
        for keys in (names, tagged):
            slots = [client.cluster("KEYSLOT", key) for key in keys]
            print(*keys, "slots", *slots)


if __name__ == "__main__":
    main()
