"""A module of its own process is run as by `python -m`, and what it runs is counted."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from coverage import CoverageData

TEST = "tests/test_it.py::test_it"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for directory in ("shop", "other"):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "__init__.py").touch()
    (tmp_path / "other" / "tools.py").write_text("NAME = 1\n")
    (tmp_path / "shop" / "orders.py").write_text("def paid():\n    return 1\n    return 2\n")
    return tmp_path


def run(root: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as `shop.main`, where only `shop` counts."""
    (root / "shop" / "main.py").write_text(program)
    command = [sys.executable, "-m", "lab.counting", "data", TEST, "shop", "shop.main"]
    return subprocess.run([*command, *arguments], cwd=root, capture_output=True, text=True)


def counted(root: Path) -> dict[str, list[int]]:
    """The lines of each module that the test ran, by what coverage calls it."""
    [place] = root.glob("data.*")
    with closing(CoverageData(str(place))) as data:
        data.read()
        return {
            path: sorted(
                line for line, tests in data.contexts_by_lineno(path).items() if TEST in tests
            )
            for path in data.measured_files()
        }


def test_what_it_runs_is_counted_for_the_test_and_nothing_else(root: Path) -> None:
    program = """
from shop.orders import paid
import other.tools

if __name__ == "__main__":
    paid()
else:
    print("no")
"""
    assert run(root, program).returncode == 0
    assert counted(root) == {"shop/main.py": [2, 3, 5, 6], "shop/orders.py": [1, 2]}


def test_several_directories_count(root: Path) -> None:
    (root / "shop" / "main.py").write_text("import other.tools\n")
    sources = os.pathsep.join(["other", "shop"])
    command = [sys.executable, "-m", "lab.counting", "data", TEST, sources, "shop.main"]
    subprocess.run(command, cwd=root, check=True)
    assert counted(root) == {"other/tools.py": [1], "shop/main.py": [1]}


def test_it_is_the_main_module_with_its_arguments_and_the_directory_on_its_path(
    root: Path,
) -> None:
    program = """
import __main__, sys
print(__name__, __spec__.name, __main__.__file__ == __file__ == sys.argv[0], sys.argv[1:])
print(__main__.__dict__ is globals(), sys.path[0])
"""
    done = run(root, program, "one", "--two")
    assert done.stdout == f"__main__ shop.main True ['one', '--two']\nTrue {root}\n"


@pytest.mark.parametrize(
    ("ends", "status", "said"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('why')", 1, "why\n"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero\n"),
        ("raise KeyboardInterrupt", -2, "KeyboardInterrupt\n"),
    ],
)
def test_however_it_ends_it_ends_so_and_is_counted(
    root: Path, ends: str, status: int, said: str
) -> None:
    done = run(root, f"print('begins')\n{ends}\n")
    assert (done.returncode, done.stdout) == (status, "begins\n")
    assert done.stderr.endswith(said)
    assert counted(root) == {"shop/main.py": [1, 2]}


def test_processes_that_it_starts_find_what_is_in_it(root: Path) -> None:
    """As `python -m` lets those of multiprocessing, which load the main module anew."""
    program = """
import multiprocessing

def double(number):
    return 2 * number

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(double, [1, 2]))
"""
    done = run(root, program)
    assert (done.stdout, done.stderr) == ("[2, 4]\n", "")
