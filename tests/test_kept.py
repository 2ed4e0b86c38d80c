"""What failed tests wrote is kept to be looked at; what a killed run wrote is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from lab import storage
from tests.conftest import kept_directory, sweep_kept


def test_the_next_run_removes_what_a_killed_one_wrote_and_nothing_else(tmp_path: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    killed.kill()
    killed.communicate()
    runs = {name: tmp_path / "pytest-of-me" / name for name in ("killed", "lives", "failed")}
    runs = {name: path.with_name(f"pytest-{name}") for name, path in runs.items()}
    for name, path in runs.items():
        (path / "a_test").mkdir(parents=True)
        if name != "failed":  # pytest removes the lock at the end of a run
            pid = killed.pid if name == "killed" else os.getpid()
            (path / ".lock").write_text(f"{pid}", encoding="ascii")

    sweep_kept(tmp_path)

    assert {name for name, path in runs.items() if path.exists()} == {"lives", "failed"}


def test_tests_write_to_memory_but_where_nothing_runs_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    flags = {memory: 0}
    monkeypatch.setattr(storage, "data_parent", lambda durable: disk if durable else memory)
    monkeypatch.setattr(storage, "program_parent", lambda: disk)
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_flag=flags[path]))
    monkeypatch.setattr(os, "ST_NOEXEC", 8, raising=False)  # macOS has no name for it
    assert kept_directory().parent == memory

    flags[memory] = 8
    assert kept_directory().parent == disk
