"""Calls that should share a key, and calls that should not."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

Key = Callable[
    [Callable[..., Any], tuple[Any, ...], Mapping[str, Any]], str
]


class Users:
    def __init__(self, tenant: str) -> None:
        self.tenant = tenant

    @staticmethod
    def find(name: str, page: int = 1) -> None: ...

    def count(self) -> None: ...


class Orders:
    @staticmethod
    def find(name: str, page: int = 1) -> None: ...


def elsewhere(key: Key, seed: int) -> str:
    """The key that another process makes of find("ada")."""
    spec = sys.modules[key.__module__].__spec__
    assert spec
    code = (
        f"from {spec.name} import key\n"
        "from snippets.caching.calls import Users\n"
        "print(key(Users.find, ('ada',), {}))"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": str(seed)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


# --8<-- [start:leaks]
def leaks(key: Key) -> bool:
    """Whether one of 1,000 tenants is given the count of another."""
    counts: dict[str, str] = {}
    for number in range(1000):
        users = Users(f"tenant {number}")
        found = counts.setdefault(
            key(Users.count, (users,), {}), users.tenant
        )
        if found != users.tenant:
            return True
    return False


# --8<-- [end:leaks]


def bound_leaks(key: Key) -> bool:
    """Whether the methods of two tenants share a key."""
    one, other = Users("one"), Users("other")
    return key(one.count, (), {}) == key(other.count, (), {})


def demonstrate(key: Key) -> None:
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("ada",), {}),
        ((), {"name": "ada"}),
        (("ada", 1), {}),
    ]
    same = {key(Users.find, *call) for call in calls}
    print("one call, written in three ways:", len(same), "keys")
    both = {key(find, *calls[0]) for find in (Users.find, Orders.find)}
    print("two functions named find:", len(both), "keys")
    processes = {elsewhere(key, seed) for seed in (1, 2)}
    print("two processes, the same call:", len(processes), "keys")
    ways = {"object as an argument": leaks, "bound method": bound_leaks}
    for way, leak in ways.items():
        try:
            answer = f"a tenant is given another's: {leak(key)}"
        except TypeError as error:
            answer = f"TypeError: {error}"
        print(f"{way}: {answer}")
