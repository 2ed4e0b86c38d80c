"""Every naive listing has a test that proves it fails, marked so that its caption can name it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from lab.recorder import listings
from lab.repository import ROOT

NAIVE_REGION = re.compile(rb"--8<-- \[start:naive")


def naive_listings(root: Path) -> set[str]:
    """Files named `naive_…`, and files with a region named `naive…`."""
    return {
        path.relative_to(root).as_posix()
        for path in listings(root)
        if path.name.startswith("naive_") or NAIVE_REGION.search(path.read_bytes())
    }


@cache
def marked_naive(tests: Path) -> set[str]:
    """The paths in `pytest.mark.naive("…")`, written out, in any test below."""
    return {
        path
        for module in tests.rglob("test_*.py")
        for path in _marks(ast.parse(module.read_text(encoding="utf-8")))
    }


def _marks(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="naive"), args=[ast.Constant(value=str() as path)]
            ):
                yield path


@pytest.mark.parametrize("path", sorted(naive_listings(ROOT)))
def test_a_naive_listing_has_a_test_that_proves_it_fails(path: str) -> None:
    if path not in marked_naive(ROOT / "tests" / "snippets"):
        pytest.fail(
            f"{path}: no test proves that it fails. Mark the one that does: "
            f'@pytest.mark.naive("{path}")',
            pytrace=False,
        )


def test_a_naive_listing_is_found_by_its_name_or_by_its_region(tmp_path: Path) -> None:
    package = tmp_path / "snippets" / "demo"
    package.mkdir(parents=True)
    (package / "naive_connect.py").write_text("")
    (package / "naive_lock.sql").write_text("")
    (package / "both.py").write_text("# --8<-- [start:naive-loop]\n# --8<-- [end:naive-loop]\n")
    (package / "connect.py").write_text('"""Not naive_connect."""\n')
    (package / "naive_connect.out").write_text("")
    assert naive_listings(tmp_path) == {
        "snippets/demo/naive_connect.py",
        "snippets/demo/naive_lock.sql",
        "snippets/demo/both.py",
    }


def test_a_mark_is_found_wherever_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "test_demo.py").write_text(
        'pytestmark = pytest.mark.naive("a")\n'
        '@pytest.mark.naive("b")\n'
        "async def test() -> None: ...\n"
        'CASES = [pytest.param(1, marks=[pytest.mark.naive("c")])]\n'
        "@pytest.mark.naive(PATH)\n"
        'def test_text() -> None: "pytest.mark.naive(d)"\n'
    )
    assert marked_naive(tmp_path) == {"a", "b", "c"}
