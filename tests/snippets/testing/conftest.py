"""A test file of its own, and pytest on it as its author would start it."""

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from textwrap import dedent

import pytest

NUMBERS = count()
Write = Callable[[str], str]
Run = Callable[..., str]
"""Runs pytest in the directory of a test, with options; what it prints."""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a test file; its path."""

    def write(source: str) -> str:
        place = tmp_path / f"test_orders_{next(NUMBERS)}.py"  # a module has one name
        place.write_text(dedent(source), encoding="utf-8")
        return str(place)

    return write


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(*options: str, **variables: str) -> str:
        mine = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}
        # To load it takes longer than any of these tests.
        needless = ("-pno:cacheprovider", "-pno:schemathesis")
        command = [sys.executable, "-m", "pytest", "-q", *needless, *options]
        return subprocess.run(
            command, cwd=tmp_path, env=mine | variables, capture_output=True, text=True, check=False
        ).stdout

    return run
