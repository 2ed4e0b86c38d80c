"""`import lab` costs nothing, and names what there is."""

import subprocess
import sys

import pytest

import lab

HEAVY = {"psycopg", "redis", "psutil", "subprocess", "asyncio"}


def test_importing_it_imports_nothing_else() -> None:
    script = "import sys, lab; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True
    )
    modules = set(done.stdout.split())
    assert not HEAVY & modules
    assert {name for name in modules if name.startswith("lab")} == {"lab"}


@pytest.mark.parametrize("name", lab.__all__)
def test_every_name_it_announces_is_there(name: str) -> None:
    assert getattr(lab, name).__name__ == name


def test_a_name_it_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'lab' has no attribute 'mysql'"):
        lab.mysql  # noqa: B018


def test_redis_costs_no_driver_of_postgresql_and_the_other_way_round() -> None:
    script = "import sys, lab; lab.{}; print(*sys.modules)"
    for name, unwanted in (("redis", "psycopg"), ("postgres", "redis")):
        done = subprocess.run(
            [sys.executable, "-c", script.format(name)], capture_output=True, text=True, check=True
        )
        assert unwanted not in done.stdout.split()
