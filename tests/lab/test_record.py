"""Records are whole or absent, and say on what they were made."""

import platform
import re
import socket
from pathlib import Path

import pytest

from lab import record
from lab.atomic import replace_text


def test_a_complete_record_is_published_and_a_partial_one_is_not() -> None:
    root = Path("root")
    assert record.record_path("pool-size", root) == root / "docs/measurements/pool-size.json"
    assert record.partial_path("pool-size", root) == root / "build/measurements/pool-size.json"


def test_a_file_that_is_no_record_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "pool-size.json"
    replace_text(path, '{"name": "pool-size"}')
    with pytest.raises(ValueError, match=r"runs\n\s+Field required"):
        record.read(path)


def test_the_machine_is_described_without_its_name() -> None:
    found = record.machine()
    assert found.cpu
    assert found.cores >= 1
    assert found.memory_gib > 0
    assert re.fullmatch(rf"{platform.system()} \d+\.\d+", found.os)
    assert socket.gethostname() not in found.model_dump().values()
