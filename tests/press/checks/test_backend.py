"""The backend of the series has rules of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.checks.backend import MAX_MODULE_LINES
from press.checks.sources import check_sources
from tests.press.miniature import NOW, article, repository, write

MODULE = "snippets/backend/app.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose backend has one module."""
    repository(tmp_path)
    write(tmp_path, "snippets/backend/__init__.py", '"""The service."""\n')
    write(tmp_path, MODULE, '"""The application."""\n')
    return tmp_path


def said(root: Path) -> list[str]:
    return [str(finding) for finding in check_sources(root, NOW)]


def test_no_page_needs_to_show_a_module_of_it(root: Path) -> None:
    assert said(root) == []


def test_a_page_that_names_it_names_every_module(root: Path) -> None:
    write(root, "snippets/backend/cache.py", '"""The cache."""\n')
    text = f"It has [an application](repo:{MODULE}).\n"
    write(root, "docs/posts/pool.md", article(text))

    assert said(root) == [
        "snippets/backend/cache.py:1: no page leads to it. Link it with its purpose, "
        "[what it does](repo:snippets/backend/cache.py), where the others are."
    ]


def test_a_module_has_a_limit(root: Path) -> None:
    write(root, MODULE, "x = 1\n" * MAX_MODULE_LINES)
    assert said(root) == []

    write(root, MODULE, "x = 1\n" * (MAX_MODULE_LINES + 1))
    assert said(root) == [
        f"{MODULE}:1: 121 lines, and the limit for the backend is 120. Split it: one idea a module."
    ]


def test_what_measures_it_has_none(root: Path) -> None:
    write(root, "snippets/backend/experiments/mix.py", "x = 1\n" * (MAX_MODULE_LINES + 1))
    assert said(root) == []
