"""A figure is drawn where the same was not drawn before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from lab.source import OURS, modules
from press import figures
from press.figures.drawing import axes
from press.figures.drawing.render import render
from press.figures.drawn import MEMO
from tests.press.figures.examples import EACH, bars
from tests.press.records import record, samples, write

pytestmark = pytest.mark.usefixtures("forgetful")

HOME = Path(figures.__file__).parents[2]
DRAW = (
    "import sys; from press.figures import bars;"
    "print(bars('pool-sizing', metric='throughput', title='T', description='D'));"
    "print('with matplotlib' if 'matplotlib' in sys.modules else 'without matplotlib')"
)


# Matplotlib, which takes longer than all else, is loaded once: each build imports only ours anew.
DRAW_EACH = """
import sys

for home in sys.argv[1:]:
    sys.path.insert(0, home)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("lab", "press")]:
        del sys.modules[name]
    from press.figures import bars

    print(bars("pool-sizing", metric="throughput", title="T", description="D"), end="\\f")
"""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The drawings that were made, one entry for each size."""
    made: list[str] = []
    svg = axes.Drawing.svg

    def counting(self: axes.Drawing, ident: str, *rest: Any) -> str:
        made.append(ident)
        return svg(self, ident, *rest)

    monkeypatch.setattr(axes.Drawing, "svg", counting)
    return made


def in_another_process(*arguments: str) -> str:
    """What Python prints in this repository."""
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(HOME)},
    ).stdout


def in_other_builds(*homes: Path) -> list[str]:
    """What is drawn by builds that begin now, with the code in each home."""
    return in_another_process("-c", DRAW_EACH, *map(str, homes)).split("\f")[:-1]


def test_a_figure_is_drawn_once_for_a_page_and_once_for_a_phone(counted: list[str]) -> None:
    assert bars() == bars()

    assert counted == ["figure-pool-sizing-throughput"] * 2


def test_a_figure_is_drawn_again_when_its_data_or_its_arguments_change(
    root: Path, counted: list[str]
) -> None:
    bars()
    bars(description="Another.")
    slower = {"per-request": {"throughput": [5.0]}, "pool": {"throughput": [21.0]}}
    write(root, record(root, samples=samples(slower)))
    bars()

    assert len(counted) == 6


def test_what_a_drawing_does_not_show_does_not_draw_it_again(
    root: Path, counted: list[str]
) -> None:
    bars()
    write(root, record(root, duration_s=1.0))
    bars()

    assert len(counted) == 2


def test_a_figure_that_was_drawn_before_needs_no_matplotlib() -> None:
    bars()

    assert in_another_process("-c", DRAW).endswith("\nwithout matplotlib\n")


def test_a_label_that_other_code_writes_is_drawn_anew_when_that_code_changes(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    changes = [
        (
            "press/evidence/records.py",
            "return 4 if 1_000 <= abs(value) < 10_000 else 3",
            "return 2",
        ),
        ("lab/pooling.py", "return statistics.median(self.values)", "return 2100.0"),
    ]
    before = bars()
    homes = []
    for module, code, other in changes:
        home = tmp_path_factory.mktemp("home")
        for room in ("press", "lab"):  # compiled as they are: bytecode knows its source by its time
            shutil.copytree(HOME / room, home / room, ignore=shutil.ignore_patterns("experiments"))
        text = (home / module).read_text(encoding="utf-8")
        assert code in text
        (home / module).write_text(text.replace(code, other), encoding="utf-8")
        homes.append(home)

    rounded, other_median = in_other_builds(*homes)

    assert ">2,198\N{NO-BREAK SPACE}req/s</text>" in before
    assert ">2,200\N{NO-BREAK SPACE}req/s</text>" in rounded
    assert ">2,100\N{NO-BREAK SPACE}req/s</text>" in other_median


@pytest.mark.parametrize("kind", ["line", "bars"])
def test_all_code_of_ours_that_runs_while_a_figure_is_drawn_decides_whether_it_is_kept(
    kind: str, ran: Callable[[], set[Path]]
) -> None:
    EACH[kind]()

    assert Path(axes.__file__) in ran()
    assert ran() <= {*modules(MEMO.source, HOME, OURS).values()}


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Callable[[], set[Path]]:
    """The files of ours whose functions ran while something was drawn."""
    files: set[str] = set()

    def called(frame: FrameType, event: str, _argument: object) -> None:
        files.add(frame.f_code.co_filename)

    def traced(*arguments: Any) -> str:
        before = sys.getprofile()
        sys.setprofile(called)
        try:
            return render(*arguments)
        finally:
            sys.setprofile(before)

    def ours() -> set[Path]:
        paths = {Path(file) for file in files}
        return {
            path for room in ("press", "lab") for path in paths if (HOME / room) in path.parents
        }

    monkeypatch.setattr("press.figures.drawing.render.render", traced)
    return ours
