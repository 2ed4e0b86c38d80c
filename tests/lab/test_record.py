"""Records are whole or absent, and say on what they were made."""

import platform
import re
import socket
from importlib import metadata
from pathlib import Path

import pytest

from lab import record
from tests.miniature import Tree


def test_a_complete_record_is_published_and_a_partial_one_is_not() -> None:
    root = Path("root")
    assert record.record_path("pool-size", root) == root / "docs/measurements/pool-size.json"
    assert record.partial_path("pool-size", root) == root / "build/measurements/pool-size.json"


def test_a_text_is_replaced_with_its_directory_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.json"
    record.replace_text(path, "×\n")
    record.replace_text(path, "÷\n")
    assert path.read_bytes() == "÷\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_who_reads_a_text_while_it_is_replaced_reads_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    record.replace_text(path, "old")
    with path.open(encoding="utf-8") as reader:
        record.replace_text(path, "new")
        assert reader.read() == "old"
    assert path.read_text(encoding="utf-8") == "new"


def test_a_text_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    record.replace_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        record.replace_text(path, "half of it \ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_no_record_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "pool-size.json"
    record.replace_text(path, '{"name": "pool-size"}')
    with pytest.raises(ValueError, match=r"runs\n\s+Field required"):
        record.read(path)


def test_the_machine_is_described_without_its_name() -> None:
    found = record.machine()
    assert found.cpu
    assert found.cores >= 1
    assert found.memory_gib > 0
    assert re.fullmatch(rf"{platform.system()} \d+\.\d+", found.os)
    assert socket.gethostname() not in found.model_dump().values()


def test_the_distributions_that_modules_import_are_named_as_in_the_lock(tree: Tree) -> None:
    path = tree.write(
        "snippets/demo/imports.py",
        """
        import asyncio
        import sqlalchemy.ext.asyncio as sa
        from redis.asyncio import Redis
        from snippets.demo import other
        from . import more
        from .psycopg import connect

        def main() -> None:
            import yaml
            from lab.experiment import Claim
        """,
    )
    assert record.distributions([path]) == {
        "pyyaml": metadata.version("PyYAML"),
        "redis-py": metadata.version("redis"),
        "sqlalchemy": metadata.version("SQLAlchemy"),
    }


def test_modules_that_import_nothing_have_no_distributions(tree: Tree) -> None:
    assert record.distributions([tree.write("snippets/demo/plain.py", "import os\n")]) == {}
