"""Run a module as `python -m` does, and count which statements of the modules that matter run.

`python -m lab.counting DATA TEST SOURCES MODULE ARGUMENTS…`: a file beside DATA, which coverage
combines with those of others, then says that TEST ran them. SOURCES are directories, with `:`
between them. The directory it is run in is the root: files are named from there.
"""

import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from coverage import CoverageData

from lab.executed import marked


def add(data: CoverageData, test: str, lines: Mapping[str, set[int]], root: Path) -> None:
    """Say that a test ran these lines of modules, or importing did, where it is empty."""
    data.set_context(test)
    data.add_lines({name(Path(path), root): lines[path] for path in lines})


def name(module: Path, root: Path) -> str:
    """What coverage calls a module, wherever the repository is."""
    return module.relative_to(root).as_posix()


def main(arguments: Sequence[str]) -> None:
    """Run it; what it raises is raised once it is counted."""
    place, test, sources, module, *rest = arguments
    root = Path.cwd()
    sys.argv = [module, *rest]
    with marked([root / source for source in sources.split(os.pathsep)]) as marks:
        try:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        finally:
            data = CoverageData(place, suffix=True)
            add(data, test, marks.lines(marks.taken()), root)
            data.write()
            data.close()


if __name__ == "__main__":
    main(sys.argv[1:])
