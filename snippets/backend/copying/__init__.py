"""This backend as a project of its own, under a name of its own.

The package is copied as it is, since its imports are relative; `project` has what only the copy
needs, and `requirements` what it installs, both at the versions that were tested here. Left out is
what belongs to the articles: the experiments, the embedded servers, and the copying itself.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from .requirements import closure, declared, entries, pinned

NAME = "shop"
PACKAGE = Path(__file__).parents[1]
# With the blank lines that stand before the end, and after it again.
MARK = re.compile(r"^ *# --8<-- \[start:.*\n|\n+ *# --8<-- \[end:.*", re.MULTILINE)
LEFT_OUT = {"__main__.py", "copying", "experiments", "project"}


class NotCopiedError(Exception):
    """Nothing was written; the text says why in one line."""


def copy(target: Path, root: Path) -> list[Path]:
    """Write the project into a directory, and return its files.

    Args:
        target: the directory, which is made, or is there and empty.
        root: the repository, whose declared and locked versions the project gets.

    Raises:
        NotCopiedError: the directory has something in it, or cannot be written.
    """
    try:
        if target.exists() and any(target.iterdir()):
            raise NotCopiedError(f"{target} is not empty, and nothing was written. Name another.")
        written = []
        for path, text in project(root).items():
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
            written.append(place)
        return written
    except OSError as error:
        raise NotCopiedError(f"{target} cannot be written: {error.strerror}.") from None


def project(root: Path) -> dict[str, str]:
    """Every file of the project, by its path in it."""
    files = _package() | _project()
    known = declared(root)
    listed = tomllib.loads(files["pyproject.toml"])
    runtime = listed["project"]["dependencies"]
    tests = listed["dependency-groups"]["dev"]
    for name in (*runtime, *tests):
        files["pyproject.toml"] = files["pyproject.toml"].replace(f'"{name}"', f'"{known[name]}"')
    locked = entries((root / "requirements.txt").read_text(encoding="utf-8"))
    for path, names in (
        ("requirements.txt", runtime),
        ("requirements-dev.txt", [*runtime, *tests]),
    ):
        files[path] = pinned(closure([known[name] for name in names]), locked)
    return dict(sorted(files.items()))


def _package() -> dict[str, str]:
    """The modules of this package, with the name of the copy where they tell their own.

    Marks around what an article shows are left out.
    """
    ours = __package__.rpartition(".")[0]
    return {
        f"{NAME}/{path.relative_to(PACKAGE).as_posix()}": MARK.sub("", path.read_text("utf-8"))
        .replace(ours, NAME)
        .replace(ours.replace(".", "/"), NAME)
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in LEFT_OUT
    }


def _project() -> dict[str, str]:
    """The files of `project`, under the names that they have in the copy.

    Settings and modules of the copy must not be taken for those of this repository: there `dot-`
    stands for the dot of a hidden file, and `.txt` is put behind what a tool would find.
    """
    source = PACKAGE / "project"
    return {
        path.relative_to(source).as_posix().replace("dot-", ".").removesuffix(".txt"): (
            path.read_text(encoding="utf-8")
        )
        for path in sorted(source.rglob("*"))
        if path.is_file()
    }
