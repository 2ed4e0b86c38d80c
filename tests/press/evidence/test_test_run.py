"""What a test run recorded, asked for the lines of a listing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lab.manifest import FileRecord
from press.evidence.test_run import Coverage, Manifest, load_manifest

VERSIONS = {
    "python": "3.11.7",
    "postgresql": "18.1",
    "redis": "8.2.1",
    "redis-py": "8.1.0",
    "asyncpg": "0.32.0",
    "sqlalchemy": "2.1.9",
    "beautifulsoup4": "4.15.0",
}


def manifest(**known: Any) -> Manifest:
    file = FileRecord(sha256="", tests=["one", "two", "three"], lines={}, missing=[])
    file.update(known)  # type: ignore[typeddict-item]
    when = "2026-11-20T10:12:13Z"
    return Manifest({"recorded": when, "versions": VERSIONS, "files": {"a.py": file}, "naive": {}})


def test_a_listing_of_an_article_that_ran_alone_has_the_day_and_versions_of_that_run() -> None:
    known = manifest()
    later = {"recorded": "2026-11-24T10:12:13Z", "versions": VERSIONS | {"asyncpg": "0.33.0"}}
    known.content["articles"] = {"pool": later}  # type: ignore[dict-item]
    assert known.day("snippets/pool/a.py") == "2026-11-24"
    assert "asyncpg 0.33.0" in known.versions_of("snippets/pool/a.py", "import asyncpg")
    assert known.day("snippets/cache/a.py") == "2026-11-20"
    assert "asyncpg 0.32.0" in known.versions_of("snippets/cache/a.py", "import asyncpg")


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([1, 2, 3], Coverage(("one", "three"), executed=2, executable=2)),
        ([3, 4, 5], Coverage(("one", "three"), executed=1, executable=2)),
        ([1], Coverage(("one",), executed=1, executable=1)),
        ([5], Coverage((), executed=0, executable=1)),
        ([2], Coverage((), executed=0, executable=0)),
        ([6], Coverage(("one", "two", "three"), executed=1, executable=1)),
        ([5, 6], Coverage(("one", "two", "three"), executed=1, executable=2)),
        ([1, 6], Coverage(("one",), executed=2, executable=2)),
    ],
    ids=[
        "two lines",
        "one of two",
        "one",
        "missing",
        "blank",
        "run on import",
        "partly run on import",
        "run on import and by a test",
    ],
)
def test_only_tests_that_executed_a_shown_line_count(shown: list[int], expected: Coverage) -> None:
    known = manifest(lines={"1": [0], "3": [2, 0], "6": []}, missing=[5])
    assert known.coverage("a.py", shown) == expected


def test_all_tests_of_a_file_without_lines_count() -> None:
    assert manifest().coverage("a.py", [1]) == Coverage(("one", "two", "three"), 0, 0)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "import json\n", ["Python 3.11"]),
        ("a.py", "import asyncpg\n", ["Python 3.11", "asyncpg 0.32.0", "PostgreSQL 18.1"]),
        (
            "a.py",
            "from sqlalchemy.ext.asyncio import create_async_engine\n",
            ["Python 3.11", "sqlalchemy 2.1.9", "PostgreSQL 18.1"],
        ),
        (
            "a.py",
            "def f():\n    from redis import asyncio\n",
            ["Python 3.11", "redis-py 8.1.0", "Redis 8.2.1"],
        ),
        ("a.py", "import bs4\n", ["Python 3.11", "beautifulsoup4 4.15.0"]),
        ("a.py", "from . import asyncpg\n", ["Python 3.11"]),
        ("a.py", "def broken(\n", ["Python 3.11"]),
        ("a.sql", "SELECT 1;\n", ["PostgreSQL 18.1"]),
        ("a.yaml", "a: 1\n", []),
    ],
)
def test_versions_are_of_what_the_file_uses(path: str, text: str, expected: list[str]) -> None:
    assert list(manifest().versions_of(path, text)) == expected


def test_a_repository_without_a_run_has_no_manifest(tmp_path: Path) -> None:
    assert load_manifest(tmp_path) is None


def test_a_new_run_is_read_and_an_old_one_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "build" / "verification.json"
    path.parent.mkdir()
    content = {"recorded": "2026-11-20T10:12:13Z", "versions": {}, "files": {}, "naive": {}}
    path.write_text(json.dumps(content), encoding="utf-8")
    first = load_manifest(tmp_path)
    assert first is not None
    assert load_manifest(tmp_path) is first
    path.write_text(json.dumps(content | {"recorded": "2026-11-21T00:00:00Z"}), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    second = load_manifest(tmp_path)
    assert second is not None
    assert (first.day("a.py"), second.day("a.py")) == ("2026-11-20", "2026-11-21")
