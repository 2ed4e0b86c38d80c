"""A pool of c connections is a queue with c servers: Erlang C.

Running it prints, for a pool of ten, how the wait grows with
utilization, and what splitting the pool among processes costs.
"""

from itertools import count


# --8<-- [start:erlang]
def probability_of_waiting(servers: int, load: float) -> float:
    """Share of requests that find every connection taken.

    `load` is arrivals per second times seconds held: the mean
    number of busy connections. From `servers` on, all wait.
    """
    if load >= servers:
        return 1.0
    blocking = 1.0  # Erlang B for no server; one step per server
    for n in range(1, servers + 1):
        blocking = load * blocking / (n + load * blocking)
    utilization = load / servers
    return blocking / (1 - utilization * (1 - blocking))


def mean_wait(servers: int, load: float, hold: float) -> float:
    """Mean wait over all requests, in the unit of `hold`."""
    if load >= servers:
        return float("inf")
    waiting = probability_of_waiting(servers, load)
    return waiting * hold / (servers - load)


def smallest_pool(load: float, may_wait: float) -> int:
    """Fewest connections for which at most `may_wait` wait."""
    return next(
        servers
        for servers in count(1)
        if probability_of_waiting(servers, load) <= may_wait
    )


# --8<-- [end:erlang]


def main() -> None:
    print("one pool of 10   must wait  mean wait / hold")
    for percent in (50, 70, 80, 90, 95):
        print_row(f"{percent}% utilized", 10, percent / 100)
    print("at 80% utilized")
    for processes in (1, 2, 5, 10):
        size = 10 // processes
        print_row(f"{processes} × pool of {size}", size, 0.8)


def print_row(title: str, servers: int, utilization: float) -> None:
    load = servers * utilization
    waiting = probability_of_waiting(servers, load)
    wait = mean_wait(servers, load, hold=1.0)
    print(f"{title:>16}  {waiting:8.1%}  {wait:16.3f}")


if __name__ == "__main__":
    main()
