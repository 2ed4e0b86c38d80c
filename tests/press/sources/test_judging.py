"""A verdict on what others say follows from its evidence and from nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from press.evidence.records import MeasurementError
from press.sources.judging import judge
from press.sources.sayings import Saying
from tests.press import records
from tests.press.miniature import repository, write

# The record's only quantity is 4.25, from 4.1 to 4.4, and its claim, at least 4, holds.
HOLDS = {"quantity": "pool-sizing.speedup"}
FAILS = {"quantity": "pool-sizing.speedup", "at_least": 5}
OPEN = {"quantity": "pool-sizing.speedup", "at_least": 4.2}
TEST = {"test": "tests/test_pool.py::test_it"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a measurement and a test."""
    repository(tmp_path)
    records.write(tmp_path, records.record(tmp_path))
    write(tmp_path, "tests/test_pool.py", "async def test_it() -> None: ...\n")
    return tmp_path


def saying(**keys: Any) -> Saying:
    fields = {"id": "it", "article": "pool", "claim": "It is so"}
    by = [{"name": "A tutorial", "url": "https://tutorial.example/"}]
    return Saying.model_validate(fields | {"said_by": by} | keys)


@pytest.mark.parametrize(
    ("supported", "contradicted", "verdict"),
    [
        ([HOLDS], [], "holds"),
        ([TEST], [], "holds"),
        ([FAILS], [], "does not hold"),
        ([], [HOLDS], "does not hold"),
        ([], [TEST], "does not hold"),
        ([], [FAILS], "holds"),
        ([HOLDS], [HOLDS], "holds when"),
        ([TEST], [TEST], "holds when"),
        ([HOLDS, FAILS], [], "holds when"),
        ([OPEN], [], "not settled"),
        ([HOLDS], [OPEN], "not settled"),
        ([TEST, OPEN], [HOLDS], "not settled"),
    ],
)
def test_the_verdict(
    root: Path, supported: list[object], contradicted: list[object], verdict: str
) -> None:
    judged = judge(saying(supported_by=supported, contradicted_by=contradicted), root)
    assert judged.verdict == verdict
    assert bool(judged.open) == (verdict == "not settled")


def test_what_does_not_say_enough_cannot_be_tested(root: Path) -> None:
    assert judge(saying(missing="a rate"), root).verdict == "cannot be tested"


def test_its_figure_is_the_measured_number_with_its_record(root: Path) -> None:
    judged = judge(saying(supported_by=[TEST], figure="pool-sizing.speedup"), root)
    assert judged.figure is not None
    assert judged.figure.text == "4.2×"
    assert [record.name for record in judged.records] == ["pool-sizing"]


def test_the_record_of_the_figure_comes_first(root: Path) -> None:
    records.write(root, records.record(root, "pool-connect"))
    judged = judge(saying(supported_by=[HOLDS], figure="pool-connect.speedup"), root)
    assert [record.name for record in judged.records] == ["pool-connect", "pool-sizing"]


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        ({"quantity": "pool-sizing.speed"}, "no quantity is named 'speed'"),
        ({"quantity": "pools.speedup"}, "no measurement is named 'pools'"),
        ({"test": "tests/test_pools.py::test_it"}, "is not a file of tests"),
        ({"test": "tests/test_pool.py::test_i"}, "has no test named 'test_i'"),
        ({"test": "docs/index.md::test_it"}, "is not a file of tests"),
        ({"test": "tests/test_pool.py"}, "has no test named ''"),
    ],
)
def test_evidence_that_is_not_there(root: Path, evidence: object, message: str) -> None:
    with pytest.raises(MeasurementError, match=message):
        judge(saying(supported_by=[evidence]), root)


def test_a_quantity_of_which_nothing_is_claimed_needs_a_bound(root: Path) -> None:
    records.write(root, records.record(root, claims=[]))
    with pytest.raises(MeasurementError, match="claims nothing of 'speedup'"):
        judge(saying(supported_by=[HOLDS]), root)
    assert judge(saying(supported_by=[FAILS]), root).verdict == "does not hold"
