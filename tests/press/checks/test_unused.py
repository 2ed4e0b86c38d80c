"""What nobody is shown is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.checks.unused import unused
from press.sources.front_matter import PostMeta, parse
from tests.press import records
from tests.press.miniature import article, write


def said(root: Path, body: str, **keys: object) -> list[str]:
    page = parse("docs/posts/pool.md", article(body, **keys), PostMeta)
    return [str(finding) for finding in unused([page], root)]


@pytest.mark.parametrize("name", ["erlang.py", "erlang.out", "budget.sql", "naive_connect.py"])
def test_a_file_of_a_package_that_no_page_includes_is_named(tmp_path: Path, name: str) -> None:
    write(tmp_path, f"snippets/pool/{name}", "")

    assert said(tmp_path, "Text.\n") == [
        f"snippets/pool/{name}:1: no page shows it. "
        f'Include it, --8<-- "snippets/pool/{name}:REGION", or delete it.'
    ]


@pytest.mark.parametrize(
    "body",
    [
        '```python\n--8<-- "snippets/pool/erlang.py"\n```\n',
        '- item\n\n    ```python\n    --8<-- "snippets/pool/erlang.py:region"\n    ```\n',
    ],
    ids=["whole", "region in a list"],
)
def test_a_file_that_a_page_includes_is_used(tmp_path: Path, body: str) -> None:
    write(tmp_path, "snippets/pool/erlang.py", "")

    assert said(tmp_path, body) == []


@pytest.mark.parametrize(
    "body",
    [
        '<!--\n```python\n--8<-- "snippets/pool/erlang.py"\n```\n-->\n',
        '```python\n;--8<-- "snippets/pool/erlang.py"\n```\n',
        "See snippets/pool/erlang.py.\n",
    ],
    ids=["comment", "escaped", "mentioned"],
)
def test_an_include_that_no_reader_sees_does_not_count(tmp_path: Path, body: str) -> None:
    write(tmp_path, "snippets/pool/erlang.py", "")

    assert len(said(tmp_path, body)) == 1


@pytest.mark.parametrize(
    "path",
    [
        "snippets/__init__.py",
        "snippets/ruff.toml",
        "snippets/pool/__init__.py",
        "snippets/pool/experiments/sizing.py",
        "snippets/pool/__pycache__/erlang.cpython-311.pyc",
    ],
)
def test_what_is_not_for_readers_is_not_asked_for(tmp_path: Path, path: str) -> None:
    write(tmp_path, path, "")

    assert said(tmp_path, "Text.\n") == []


def test_a_measurement_that_no_page_uses_is_named(tmp_path: Path) -> None:
    records.write(tmp_path, records.record(tmp_path))

    assert said(tmp_path, "Text.\n") == [
        "docs/measurements/pool-sizing.json:1: no page uses it. "
        "Quote it, [[pool-sizing.QUANTITY]], draw it, or delete it with its experiment."
    ]


@pytest.mark.parametrize(
    "body",
    [
        "It is [[pool-sizing.speedup]].\n",
        '```python exec="true"\nfrom press.figures import line\nprint(line("pool-sizing"))\n```\n',
    ],
    ids=["in a sentence", "in a figure"],
)
def test_a_measurement_that_a_page_shows_is_used(tmp_path: Path, body: str) -> None:
    records.write(tmp_path, records.record(tmp_path))

    assert said(tmp_path, body) == []


def test_the_measurement_of_a_headline_is_used(tmp_path: Path) -> None:
    records.write(tmp_path, records.record(tmp_path))
    headline = {"measurement": "pool-sizing", "quantity": "speedup", "label": "requests"}

    assert said(tmp_path, "Text.\n", headline=headline) == []
