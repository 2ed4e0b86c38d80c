"""What README and CONTRIBUTING say is there, and what they show runs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from markdown.extensions.toc import slugify

from tests.declared import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md")
_FENCE = re.compile(r"^( *)(`{3,}).*?^\1\2$", re.MULTILINE | re.DOTALL)
_FROM_ROOT = re.compile(r"`((?:docs|lab|overrides|press|snippets|tests|\.ci|\.github)/[^`:]*)`")
# The article that the reader is about to write.
_EXAMPLES = re.compile(r"counting|[A-Z…]")


def text_of(document: str) -> str:
    return _FENCE.sub("", (ROOT / document).read_text(encoding="utf-8"))


def missing(text: str) -> Iterator[str]:
    """The paths and the places in a text that do not exist."""
    headings = {slugify(title, "-") for title in re.findall(r"^#+ (.*)", text, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        path, _, place = target.partition("#")
        if "://" not in target and not (ROOT / path).exists():
            yield target
        if not path and re.sub("-+", "-", place) not in headings:
            yield target
    for path in _FROM_ROOT.findall(text):
        if not _EXAMPLES.search(path) and not any(ROOT.glob(path)):
            yield path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_names_exists(document: str) -> None:
    assert not list(missing(text_of(document)))


def test_what_does_not_exist_is_found() -> None:
    text = "# A b\n[a](gone.md) [b](#a-b) [c](#gone) `press/gone.py` `press/hook.py` [d](x://y)"
    assert list(missing(text)) == ["gone.md", "#gone", "press/gone.py"]


def test_the_map_has_every_room() -> None:
    rooms = [path.parent for path in ROOT.glob("press/*/__init__.py")]
    rooms += [ROOT / name for name in ("docs", "lab", "overrides", "snippets", "tests")]
    _, _, the_map = text_of("CONTRIBUTING.md").partition("## The map")
    assert [room for room in rooms if f"| `{room.relative_to(ROOT)}/` |" not in the_map] == []


def test_python_in_the_documents_runs(services: None) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-n0", "--no-cov", "-p", "tests.conftest"),
            *("--markdown-docs", "-q", *DOCUMENTS),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stdout + done.stderr
