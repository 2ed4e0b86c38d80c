"""Tests run in memory, measurements on a disk."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from lab import storage


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Memory, a disk and the temporary directory, below one another's parent."""
    for name in ("memory", "disk", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(storage, "MEMORY", tmp_path / "memory")
    monkeypatch.setattr(storage, "DISK", tmp_path / "disk")
    monkeypatch.delenv(storage.RUN)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path


def with_free_bytes(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=count))


def test_a_durable_server_is_on_the_disk(places: Path) -> None:
    assert storage.data_parent(durable=True) == places / "disk"


def test_a_server_for_tests_is_in_memory_when_there_is_room(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_free_bytes(monkeypatch, 2 << 30)
    assert storage.data_parent(durable=False) == places / "memory"


def test_a_containers_small_memory_is_left_alone(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_free_bytes(monkeypatch, 64 << 20)
    assert storage.data_parent(durable=False) == places / "temporary"


def test_without_memory_or_disk_there_is_the_temporary_directory(places: Path) -> None:
    (places / "memory").rmdir()
    (places / "disk").rmdir()
    assert storage.data_parent(durable=False) == places / "temporary"
    assert storage.data_parent(durable=True) == places / "temporary"


def test_programs_go_where_programs_may_run(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noexec = {places / "temporary"}

    def statvfs(path: Path) -> SimpleNamespace:
        return SimpleNamespace(f_flag=os.ST_NOEXEC if path in noexec else 0)

    monkeypatch.setattr(os, "statvfs", statvfs)
    assert storage.program_parent() == places / "disk"
    noexec.clear()
    assert storage.program_parent() == places / "temporary"


def test_what_is_supervised_by_itself_is_kept_beside_the_directory_of_a_run(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = places / "temporary" / "run"
    monkeypatch.setenv(storage.RUN, str(run))
    monkeypatch.setattr("tempfile.tempdir", str(run))
    assert storage.temporary_parent() == places / "temporary"
