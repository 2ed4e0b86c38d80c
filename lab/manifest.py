"""The manifest of a test run, in build/verification.json: which tests ran which line of what.

`lab.recorder` writes it, and the press makes captions of it.
"""

import json
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from lab.atomic import replace_text

PATH = "build/verification.json"
SNIPPETS = "snippets"


class Run(TypedDict):
    """When tests ran, and the versions of Python, the servers and the distributions, by name."""

    recorded: str
    versions: dict[str, str]


class FileRecord(TypedDict):
    """One listing: what it was, who ran it, and which of its lines.

    `lines` has, for each line that was executed, the places in `tests` of those that executed it:
    none for a line that an import executed. `missing` has the lines that nobody executed.
    """

    sha256: str
    tests: list[str]
    lines: dict[str, list[int]]
    missing: list[int]


class Manifest(Run):
    """The last run of the whole suite, and what single articles were run since.

    Attributes:
        files: what was recorded of each listing, by its path from the root.
        naive: the tests that prove how a naive listing fails, by its path.
        articles: the run that the files of an article are of, if it is a later one.
    """

    files: dict[str, FileRecord]
    naive: dict[str, list[str]]
    articles: NotRequired[dict[str, Run]]


def read(root: Path) -> Manifest | None:
    """The manifest of the repository at `root`; None before the first run."""
    try:
        text = (root / PATH).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return cast("Manifest", json.loads(text))


def write(root: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step."""
    replace_text(root / PATH, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def article_of(path: str) -> str:
    """The article whose listing this is: the name of its package."""
    return path.removeprefix(f"{SNIPPETS}/").partition("/")[0]


def run_of(manifest: Manifest, path: str) -> Run:
    """The run that the record of this file is of."""
    return manifest.get("articles", {}).get(article_of(path), manifest)


def merged(last: Manifest | None, article: str, new: Manifest) -> Manifest:
    """The last manifest with the files of one article as a new run saw them."""
    run = Run(recorded=new["recorded"], versions=new["versions"])
    last = last or Manifest(recorded=new["recorded"], versions=new["versions"], files={}, naive={})
    files = {path: found for path, found in last["files"].items() if article_of(path) != article}
    naive = {path: tests for path, tests in last["naive"].items() if article_of(path) != article}
    files |= {path: found for path, found in new["files"].items() if article_of(path) == article}
    naive |= {path: tests for path, tests in new["naive"].items() if article_of(path) == article}
    return Manifest(
        recorded=last["recorded"],
        versions=last["versions"],
        files=dict(sorted(files.items())),
        naive=dict(sorted(naive.items())),
        articles={**last.get("articles", {}), article: run},
    )
