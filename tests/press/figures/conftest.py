"""A repository with a record of each kind, whose drawings are made once in a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import Tag

from press import memo
from press.repository import MEMO
from tests.press.figures.examples import DRAWN, EACH, catches, kill, shedding, soup, sweep
from tests.press.records import record, write


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memo_of_the_run: None) -> Path:
    """A repository with a record of each kind, which is the current directory."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, record(tmp_path))
    write(tmp_path, sweep(tmp_path))
    write(tmp_path, shedding(tmp_path))
    write(tmp_path, kill(tmp_path))
    write(tmp_path, catches(tmp_path))
    return tmp_path


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """Nothing was drawn before, and what is drawn is kept in the repository, as in a build."""
    monkeypatch.setattr(memo, "MEMO", MEMO)


@pytest.fixture(params=EACH)
def html(request: pytest.FixtureRequest) -> str:
    """Each kind of figure in turn."""
    return EACH[request.param]()


@pytest.fixture(params=DRAWN)
def drawing(request: pytest.FixtureRequest) -> Tag:
    """Each kind of figure that is drawn, in turn."""
    return soup(EACH[request.param]())
