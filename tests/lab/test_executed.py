"""What is counted as executed is what coverage would have traced, and nothing else changes."""

import builtins
import importlib
import importlib.util
import inspect
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import coverage
import pytest

from lab.executed import NAME, Marks, marked

EVERYTHING = '''
"""A docstring."""
from __future__ import annotations

import asyncio
import contextlib
from functools import (
    cache,
)

LIMITS = {
    "size": 10,
    "other":
        20,
}


@cache
def size(
    number: int = LIMITS["size"],
) -> int:
    """It has a docstring of its own."""
    if number > 10:
        return 1
    elif number == 10:
        text = """a string
        of two lines"""
        return len(text)
    else:
        return 3


def never() -> None:
    size()
    size()


def documented() -> None:
    """Nothing else."""


def abstract() -> None: ...


@cache
class Pool:
    """A docstring, and not the body."""

    size = 1

    @property
    def twice(self) -> int:
        return self.size * 2

    class Inner:
        value = 1


async def numbers():
    for number in range(3):
        if number == 1:
            continue
        yield number
    else:
        await asyncio.sleep(0)


async def main() -> list[int]:
    found = []
    async for number in numbers():
        found.append(number)
    async with contextlib.AsyncExitStack():
        global CALLED
        CALLED = True
    return [
        number
        for number in found
        if number
    ]


def trying(fails: bool) -> str:
    try:
        if fails:
            raise ValueError(
                "no"
            )
    except ValueError:
        found = "caught"
    else:
        found = "fine"
    finally:
        size(11)
    return found


def grouped() -> None:
    try:
        raise ExceptionGroup("both", [OSError()])
    except* OSError:
        pass


def matching(value: object) -> str:
    match value:
        case int() if value > 3:
            return "large"
        case {
            "size": _,
        }:
            return "of a size"
        case _:
            return "else"


while True:
    with contextlib.suppress(ZeroDivisionError):
        1 / 0
        LIMITS = {}
    break

size()
documented()
abstract()
asyncio.run(main())
trying(True)
grouped()
matching(4)
matching({"size": 1})
matching(None)
print(Pool().twice, (lambda: (
    1
))())
if __name__ == "main":
    never()
'''


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> Marks:
    marks = Marks()
    monkeypatch.setattr(builtins, NAME, marks.array, raising=False)
    return marks


def run(marks: Marks, text: str, path: str = "module.py") -> dict[str, Any]:
    """The names of a module that ran with its marks."""
    names: dict[str, Any] = {"__name__": "module"}
    exec(marks.code(dedent(text).encode(), path), names)
    return names


def executed(marks: Marks) -> dict[str, set[int]]:
    return marks.lines(marks.taken())


def test_the_statements_that_run_are_those_that_coverage_traces(
    marks: Marks, tmp_path: Path
) -> None:
    module, data = tmp_path / "module.py", tmp_path / "data"
    module.write_text(EVERYTHING, encoding="utf-8")
    command = [sys.executable, "-m", "coverage", "run", f"--data-file={data}", str(module)]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    run(marks, EVERYTHING, str(module))
    with (
        closed(coverage.CoverageData(no_disk=True)) as counted,
        closed(coverage.CoverageData(basename=str(data))) as traced,
    ):
        counted.add_lines(executed(marks))
        traced.read()
        by_marks, by_tracing = missing(counted, module), missing(traced, module)
    assert by_marks == by_tracing
    lines = EVERYTHING.splitlines()
    assert [lines[number - 1].strip() for number in by_marks] == [
        "return 3",
        "size()",
        "size()",
        'found = "fine"',
        "LIMITS = {}",
        "never()",
    ]


@contextmanager
def closed(data: coverage.CoverageData) -> Iterator[coverage.CoverageData]:
    """Close it after the block, even one in memory: Python 3.13 warns of what is left open."""
    yield data
    data.close(force=True)


def missing(data: coverage.CoverageData, module: Path) -> list[int]:
    """The statements that did not run, in the judgement of coverage."""
    judging = coverage.Coverage(data_file=None, config_file=False)
    with closed(judging.get_data()) as judged:
        judged.update(data)
        return judging.analysis2(str(module))[3]


def test_a_branch_counts_when_it_is_taken(marks: Marks) -> None:
    text = """
        try:
            raise ValueError
        except KeyError:
            pass
        except ValueError:
            pass
        match 2:
            case 1:
                pass
            case 2:
                pass
    """
    run(marks, text)
    assert executed(marks) == {"module.py": {2, 3, 6, 7, 8, 11, 12}}


def test_a_loop_that_only_waits_counts_whole_even_if_there_is_nothing_to_wait_for(
    marks: Marks,
) -> None:
    text = """
        import asyncio, time
        def wait(ready):
            while not ready:
                time.sleep(0.01)
        async def wait_in_a_loop(ready):
            while not ready:
                await asyncio.sleep(
                    0.01
                )
        def work(ready):
            while not ready:
                time.sleep(0.01)
                print(ready)
        def wait_once(ready):
            if not ready:
                time.sleep(0.01)
        wait(True)
        asyncio.run(wait_in_a_loop(True))
        work(True)
        wait_once(True)
    """
    run(marks, text)
    assert executed(marks) == {"module.py": set(range(2, 22)) - {13, 14, 17}}


def test_what_ran_is_told_once(marks: Marks) -> None:
    names = run(marks, "def one():\n    return 1\n")
    assert executed(marks) == {"module.py": {1}}
    assert names["one"]() == 1
    assert executed(marks) == {"module.py": {2}}
    assert executed(marks) == {}


def test_a_module_that_runs_again_is_the_same(marks: Marks) -> None:
    for _ in range(2):
        run(marks, "one = 1\n")
    run(marks, "two = 2\n", "other.py")
    assert len(marks.array) == 2
    run(marks, "one = 1\none = 2\n")  # a file that was written again
    assert executed(marks) == {"module.py": {1, 2}, "other.py": {1}}


def test_threads_and_greenlets_count(marks: Marks) -> None:
    text = """
        import threading
        import greenlet
        def child():
            parent.switch()
            return 1
        parent = greenlet.getcurrent()
        other = greenlet.greenlet(child)
        other.switch()
        thread = threading.Thread(target=lambda: other_thread())
        def other_thread():
            return 2
        thread.start()
        thread.join()
    """
    run(marks, text)
    assert executed(marks) == {"module.py": set(range(2, 15)) - {6}}


def test_documentation_annotations_and_tracebacks_stay(marks: Marks) -> None:
    text = '''
        """Of the module."""
        from __future__ import annotations
        number: Unknown = 1
        def fails():
            """Of the function."""
            local = 1
            raise ValueError(
                "no"
            )
        class Named:
            """Of the class."""
    '''
    names = run(marks, text)
    assert names["__doc__"] == "Of the module."
    assert names["__annotations__"] == {"number": "Unknown"}
    assert [names[name].__doc__ for name in ("fails", "Named")] == [
        "Of the function.",
        "Of the class.",
    ]
    with pytest.raises(ValueError, match="no") as raised:
        names["fails"]()
    assert traceback.extract_tb(raised.value.__traceback__)[-1].lineno == 8


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two packages, one of them with a part that is marked, and a package of the same name."""
    for place in ("here/counted/part", "here/counted/other", "here/free", "there/counted/part"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "module.py").write_text("def one():\n    return 1\n")
    yield tmp_path / "here"
    for name in [name for name in sys.modules if name.partition(".")[0] in ("counted", "free")]:
        del sys.modules[name]


def imported(name: str) -> ModuleType:
    importlib.invalidate_caches()
    return importlib.import_module(name)


def test_only_modules_below_the_directories_are_marked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(root)
    with marked([root / "counted/part"]) as marks:
        for name in ("counted.part.module", "counted.other.module", "free.module"):
            assert imported(name).one() == 1
        module = sys.modules["counted.part.module"]
        assert executed(marks) == {str(root / "counted/part/module.py"): {1, 2}}
    assert inspect.getsource(module.one) == "def one():\n    return 1\n"
    assert not list((root / "counted/part").rglob("*.pyc"))  # another process would have the marks


def test_a_module_of_the_same_name_elsewhere_is_not_marked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(root.parent / "there")
    with marked([root / "counted"]) as marks:
        assert imported("counted.part.module").one() == 1
        assert executed(marks) == {}


def test_afterwards_modules_are_found_as_before(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(root)
    with marked([root / "counted"]) as marks:
        pass
    assert imported("counted.part.module").one() == 1
    assert executed(marks) == {}


def test_who_counts_around_it_goes_on(marks: Marks, root: Path) -> None:
    names = run(marks, "def one():\n    return 1\n")
    marks.taken()
    with marked([root / "counted"]):
        pass
    assert names["one"]() == 1
    assert executed(marks) == {"module.py": {2}}


def test_a_module_that_is_loaded_by_its_path_is_marked(root: Path) -> None:
    path = root / "counted/part/module.py"
    with marked([root / "counted"]) as marks:
        spec = importlib.util.spec_from_file_location("of_no_package", path)
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        assert executed(marks) == {str(path): {1}}
