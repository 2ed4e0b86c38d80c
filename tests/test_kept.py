"""What failed tests wrote is kept to be looked at; what a killed run wrote is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import sweep_kept


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
