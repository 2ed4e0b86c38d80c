"""Distributions are named in one way, wherever they come from."""

import ast
from importlib import metadata

import pytest

from lab import distributions
from tests.miniature import Tree


def test_the_distributions_that_modules_import_are_named_as_in_the_lock(tree: Tree) -> None:
    path = tree.write(
        "snippets/demo/imports.py",
        """
        import asyncio
        import sqlalchemy.ext.asyncio as sa
        from redis.asyncio import Redis
        from snippets.demo import other
        from . import more
        from .psycopg import connect

        def main() -> None:
            import yaml
            from lab.experiment import Claim
        """,
    )
    assert distributions.versions([path]) == {
        "pyyaml": metadata.version("PyYAML"),
        "redis-py": metadata.version("redis"),
        "sqlalchemy": metadata.version("SQLAlchemy"),
    }


def test_modules_that_import_nothing_have_no_distributions(tree: Tree) -> None:
    assert distributions.versions([tree.write("snippets/demo/plain.py", "import os\n")]) == {}


@pytest.mark.parametrize(
    ("distribution", "recorded", "locked"),
    [
        ("PyYAML", "pyyaml", "pyyaml"),
        ("typing_extensions", "typing-extensions", "typing-extensions"),
        ("zope.interface", "zope-interface", "zope-interface"),
        ("redis", "redis-py", "redis"),
    ],
)
def test_a_name_is_canonical_and_the_client_of_redis_is_not_its_server(
    distribution: str, recorded: str, locked: str
) -> None:
    assert distributions.recorded_name(distribution) == recorded
    assert distributions.locked_name(recorded) == locked


def test_only_top_level_names_are_imported_and_none_of_a_relative_import() -> None:
    tree = ast.parse("import a.b, c as d\nfrom e.f import g\nfrom . import h\nfrom .i import j")
    assert distributions.imported(tree) == {"a", "c", "e"}


def test_a_distribution_may_have_another_name_than_what_it_supplies() -> None:
    assert distributions.suppliers(["bs4", "json", "lab"]) == {"beautifulsoup4"}
