"""A repository in miniature, whose snippets are imported instead of ours."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest


@dataclass(frozen=True)
class Tree:
    """The root of the miniature."""

    root: Path

    def write(self, path: str, text: str) -> Path:
        """Write an indented text to a path below the root."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(dedent(text), encoding="utf-8")
        importlib.invalidate_caches()
        return place


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tree]:
    """An empty `snippets` package, first on the import path for one test."""
    ours = {name: module for name, module in sys.modules.items() if _is_snippet(name)}
    for name in ours:
        del sys.modules[name]
    monkeypatch.syspath_prepend(tmp_path)
    miniature = Tree(tmp_path)
    miniature.write("snippets/__init__.py", "")
    yield miniature
    for name in [name for name in sys.modules if _is_snippet(name)]:
        del sys.modules[name]
    sys.modules.update(ours)


def _is_snippet(name: str) -> bool:
    return name == "snippets" or name.startswith("snippets.")
