"""The table of priorities is what a converter with our settings runs by."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from markdown import Markdown
from mkdocs.config import load_config

from lab.repository import ROOT
from press.extensions import order

KINDS = ("preprocessors", "inlinePatterns", "treeprocessors")


@pytest.fixture(scope="module")
def registered() -> dict[str, dict[str, float]]:
    """The priority of each processor, by kind and name."""
    with contextlib.chdir(ROOT):
        config = load_config("mkdocs.yml")
        md = Markdown(extensions=config.markdown_extensions, extension_configs=config.mdx_configs)
    return {kind: _priorities(getattr(md, kind)) for kind in KINDS}


def _priorities(registry: Any) -> dict[str, float]:
    registry._sort()  # the library keeps priorities to itself
    return {item.name: item.priority for item in registry._priority}


def test_the_table_holds_all_of_ours_and_nothing_else(
    registered: dict[str, dict[str, float]],
) -> None:
    ours = [
        priority
        for kind in registered.values()
        for name, priority in kind.items()
        if name.startswith("press_")
    ]
    table = [value for name, value in vars(order).items() if name.isupper()]

    assert sorted(ours) == sorted(table)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_ours_ties_with_anything(
    registered: dict[str, dict[str, float]], kind: str
) -> None:
    priorities = registered[kind]
    tied = {
        (name, other)
        for name, priority in priorities.items()
        for other in priorities
        if name.startswith("press_") and other != name and priorities[other] == priority
    }

    assert tied == set()


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("preprocessors", "press_excerpts", "press_page_findings"),
        ("preprocessors", "press_page_findings", "press_lines"),
        ("preprocessors", "press_lines", "press_listings"),
        ("preprocessors", "press_listings", "snippet"),
        ("inlinePatterns", "backtick", "press_numbers"),
        ("inlinePatterns", "press_numbers", "reference"),
        ("treeprocessors", "inline", "press_maths"),
        ("treeprocessors", "press_tables", "prettify"),
        ("treeprocessors", "attr_list", "press_numbers"),
        ("treeprocessors", "press_numbers", "toc"),
        ("treeprocessors", "toc", "press_page_findings"),
    ],
)
def test_neighbors_run_in_the_order_that_the_table_gives_reasons_for(
    registered: dict[str, dict[str, float]], kind: str, first: str, second: str
) -> None:
    assert registered[kind][first] > registered[kind][second]
