"""What is dear to make, kept on disk: drawings, highlighted code, social cards.

One rule says what a kept text is found by: what it was made of, the code of ours that makes it
(the module that keeps it and all that it imports, however far), and the libraries that decide.
So a change in any of them makes it anew, and nobody has to remember to raise a number.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from lab.atomic import replace_bytes
from lab.source import OURS, source_hash
from press.repository import MEMO

LIMIT = 5_000
"""How many texts a memo keeps: several times what a site of fifty articles asks for."""

# Where the code that runs was loaded from, whichever repository it works on.
_CODE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Memo:
    """Texts of one kind.

    Attributes:
        name: what they are; the directory they are in.
        module: the dotted name of the module that keeps them.
        libraries: the distributions that decide with it.
        code: the directory that the modules of ours are imported from.
    """

    name: str
    module: str
    libraries: tuple[str, ...]
    code: Path = _CODE

    def recall(self, root: Path, made_of: object, make: Callable[[], str]) -> str:
        """As `recall_bytes`, for a text."""
        return self.recall_bytes(root, made_of, lambda: make().encode()).decode()

    def recall_bytes(self, root: Path, made_of: object, make: Callable[[], bytes]) -> bytes:
        """What `make` returns, made only if it was not made before of the same.

        Args:
            root: the repository, which holds the memo.
            made_of: all that `make` looks at, as JSON holds it.
            make: makes it.
        """
        decides = _decides(self)
        key = _digest(json.dumps([decides, made_of], sort_keys=True).encode())
        path = root / MEMO / self.name / key
        content = _read(path)
        if content is None:
            content = make()
            if self._is_still(decides):
                _keep(path, content)
        return content

    @property
    def source(self) -> Path:
        """The file of the module that keeps them."""
        return self.code.joinpath(*self.module.split(".")).with_suffix(".py")

    def decided_by(self) -> list[str]:
        """The code that decides, as a digest, and the versions of the libraries."""
        libraries = [f"{library} {version(library)}" for library in self.libraries]
        python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
        return [source_hash(self.source, self.code, OURS), python, *libraries]

    def _is_still(self, decides: list[str]) -> bool:
        """Whether the code on disk is that which runs: a preview outlives an edit of the press."""
        try:
            return self.decided_by() == decides
        except (OSError, SyntaxError):  # in the middle of the edit
            return False


@cache
def _decides(memo: Memo) -> list[str]:
    return memo.decided_by()


def _read(path: Path) -> bytes | None:
    """What a file keeps; None if there is none, or not all of it."""
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    return content if digest == _digest(content).encode() else None


def _keep(path: Path, content: bytes) -> None:
    _make_room(path.parent)
    replace_bytes(path, _digest(content).encode() + b"\n" + content)


@cache
def _make_room(directory: Path) -> None:
    """Delete the oldest texts beyond the limit, once in each process that keeps one."""
    with suppress(FileNotFoundError):  # there is nothing yet, or another process makes room too
        kept = [(path.stat().st_mtime_ns, path) for path in directory.iterdir()]
        for _, path in sorted(kept, reverse=True)[LIMIT:]:
            path.unlink()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
