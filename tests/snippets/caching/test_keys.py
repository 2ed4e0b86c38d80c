"""Calls that share a key, and calls that do not."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvicorn._subprocess import spawn

from snippets.caching import keys, naive_keys
from snippets.caching.calls import Key, Orders, Users, bound_leaks, elsewhere, leaks

KEYS = pytest.mark.parametrize("key", [naive_keys.key, keys.key])
plain = st.none() | st.booleans() | st.integers() | st.text()


def spellings(key: Key) -> set[str]:
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("ada",), {}),
        ((), {"name": "ada"}),
        (("ada", 1), {}),
        ((), {"page": 1, "name": "ada"}),
    ]
    return {key(Users.find, *call) for call in calls}


@KEYS
def test_the_same_call_has_the_same_key_and_another_page_another(key: Key) -> None:
    assert key(Users.find, ("ada",), {}) == key(Users.find, ("ada",), {})
    assert key(Users.find, ("ada", 1), {}) != key(Users.find, ("ada", 2), {})


def test_however_a_call_is_written_it_has_one_key() -> None:
    assert len(spellings(keys.key)) == 1


@pytest.mark.naive("snippets/caching/naive_keys.py")
def test_every_spelling_has_a_key_of_its_own() -> None:
    assert len(spellings(naive_keys.key)) == 4


def test_a_function_of_the_same_name_has_another_key() -> None:
    assert keys.key(Users.find, ("ada",), {}) != keys.key(Orders.find, ("ada",), {})


@pytest.mark.naive("snippets/caching/naive_keys.py")
def test_a_function_of_the_same_name_is_given_the_value_of_the_other() -> None:
    assert naive_keys.key(Users.find, ("ada",), {}) == naive_keys.key(Orders.find, ("ada",), {})


def test_processes_share_their_keys() -> None:
    assert elsewhere(keys.key, 1) == elsewhere(keys.key, 2)


@pytest.mark.naive("snippets/caching/naive_keys.py")
def test_processes_do_not_share_their_keys() -> None:
    assert elsewhere(naive_keys.key, 1) != elsewhere(naive_keys.key, 2)


HASHES = """
import multiprocessing, sys

def send(pipe): pipe.send(hash("ada"))

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    here, there = context.Pipe()
    worker = context.Process(target=send, args=(there,))
    worker.start()
    print(here.recv() == hash("ada"))
    worker.join()
"""


@pytest.mark.parametrize(("start", "shared"), [("fork", "True"), ("spawn", "False")])
def test_forked_workers_share_the_salt_of_hashes_and_spawned_ones_do_not(
    tmp_path: Path, start: str, shared: str
) -> None:
    program = tmp_path / "hashes.py"
    program.write_text(HASHES)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONHASHSEED"}
    answer = subprocess.run(
        [sys.executable, program, start],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == shared


def test_workers_of_uvicorn_are_spawned() -> None:
    assert spawn.get_start_method() == "spawn"


@pytest.mark.naive("snippets/caching/naive_keys.py")
def test_an_object_at_a_freed_address_is_given_the_value_of_another() -> None:
    assert leaks(naive_keys.key)


def test_objects_that_live_at_once_are_told_apart_by_no_key_at_all() -> None:
    with pytest.raises(TypeError, match="self: Users is no part of a key"):
        leaks(keys.key)


def test_a_key_of_the_tenants_name_leaks_nothing() -> None:
    assert not leaks(lambda function, args, kwargs: str(args[0].tenant))


def test_the_methods_of_two_tenants_share_no_key() -> None:
    with pytest.raises(TypeError, match=r"^Users\.count can be more than one function$"):
        bound_leaks(keys.key)


@pytest.mark.naive("snippets/caching/naive_keys.py")
def test_the_method_of_a_tenant_has_the_key_of_another() -> None:
    assert bound_leaks(naive_keys.key)


def counting(tenant: str) -> Callable[[], str]:
    def count() -> str:
        return tenant

    return count


def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any) -> Any:
        return function(*args)

    return call


def plainly(name: str) -> str:
    return name


class Callables:
    """Functions of one name and several tenants."""

    @classmethod
    def made(cls) -> None:
        """Bound to its class."""

    def __call__(self) -> None:
        """Have no name of its own."""

    @decorated
    def wrapped(self) -> None:
        """Bound to its object, behind a decorator."""


@pytest.mark.parametrize(
    "function",
    [
        counting("one"),
        lambda: None,
        partial(plainly, "one"),
        Callables.made,
        Callables(),
        Callables().wrapped,
        decorated(plainly),
    ],
)
def test_a_function_that_its_name_does_not_lead_to_is_refused(function: Any) -> None:
    with pytest.raises(TypeError, match="can be more than one function"):
        keys.place(function)


def test_a_function_of_a_script_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every program has a module __main__."""
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    exec("def report(): ...", main.__dict__)
    with pytest.raises(TypeError, match="report can be more than one function"):
        keys.place(main.report)


@decorated
def report(page: int) -> int:
    return page


def test_a_decorated_function_and_the_one_inside_are_known_by_their_name() -> None:
    """A decorator asks for the key of the function that it was given."""
    decorated: Any = report
    assert keys.place(report) == f"{__name__}:report"
    assert keys.place(decorated.__wrapped__) == f"{__name__}:report^"


def test_a_module_and_a_class_of_one_name_share_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """app/orders.py has a function find, and app/__init__.py a class orders with a method find."""
    package, module = ModuleType("app"), ModuleType("app.orders")
    exec("class orders:\n    @staticmethod\n    def find(): ...", package.__dict__)
    exec("def find(): ...", module.__dict__)
    monkeypatch.setitem(sys.modules, "app", package)
    monkeypatch.setitem(sys.modules, "app.orders", module)
    assert keys.key(package.orders.find, (), {}) != keys.key(module.find, (), {})


@pytest.mark.parametrize("value", [1.5, ("ada",), ["ada"], {"name": "ada"}, object()])
def test_only_plain_values_are_part_of_a_key(value: object) -> None:
    with pytest.raises(TypeError, match=f"name: {type(value).__name__} is no part of a key"):
        keys.key(Users.find, (value,), {})


@given(plain, plain)
def test_values_share_a_key_if_they_are_equal_and_of_one_type(one: Any, other: Any) -> None:
    shared = keys.key(Users.find, (one,), {}) == keys.key(Users.find, (other,), {})
    assert shared == (one == other and type(one) is type(other))


def test_a_key_begins_with_the_version_of_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys.key(Users.find, ("ada",), {})
    monkeypatch.setattr(keys, "VERSION", 2)
    after = keys.key(Users.find, ("ada",), {})
    assert before == ('cache:v1:snippets.caching.calls:Users.find:{"name": "ada", "page": 1}')
    assert after == before.replace("v1", "v2")
