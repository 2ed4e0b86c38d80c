"""What was written for readers and is shown to none: listings, transcripts and measurements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from press.evidence import records as measurements
from press.problems import Finding
from press.repository import BACKEND, MEASUREMENTS, SNIPPETS
from press.sources.front_matter import Document, PostMeta

_INCLUDE = re.compile(r"(?<!;)--8<--[ \t]+[\"']([^\"':\n]+)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REFERENCE = re.compile(r"\[\[([a-z0-9-]+)\.|[\"']([a-z0-9-]+)[\"']")


def unused(pages: Iterable[Document], root: Path) -> Iterator[Finding]:
    """The files of snippets/ that no page includes, and the records that no page quotes."""
    included: set[str] = set()
    quoted: set[str] = set()
    for page in pages:
        includes, names = _shown(page.body)
        included |= includes
        quoted |= names
        if isinstance(page.meta, PostMeta) and page.meta.headline:
            quoted.add(page.meta.headline.measurement)

    for path in sorted(set(_listings(root)) - included):
        remedy = f'Include it, --8<-- "{path}:REGION", or delete it.'
        yield Finding(path, 1, "no page shows it", remedy)
    for name in measurements.names(root):
        if name not in quoted:
            path = f"{MEASUREMENTS}/{name}.json"
            remedy = f"Quote it, [[{name}.QUANTITY]], draw it, or delete it with its experiment."
            yield Finding(path, 1, "no page uses it", remedy)


@lru_cache(maxsize=4096)
def _shown(body: str) -> tuple[frozenset[str], frozenset[str]]:
    """The files that a page includes, and all names in it that could be those of measurements."""
    text = _COMMENT.sub("", body)
    includes = frozenset(_INCLUDE.findall(text))
    return includes, frozenset(name for match in _REFERENCE.findall(text) for name in match)


def _listings(root: Path) -> Iterator[str]:
    """Every file of the packages in snippets/ but `__init__.py` and experiments.

    An experiment is shown by its record; the backend has rules of its own.
    """
    snippets = root / SNIPPETS
    for file in snippets.rglob("*"):
        inside = file.relative_to(snippets).parts
        hidden = any(part.startswith((".", "__pycache__")) for part in inside)
        aside = hidden or "experiments" in inside or file.name == "__init__.py"
        backend = inside[0] == PurePosixPath(BACKEND).name
        if file.is_file() and len(inside) > 1 and not aside and not backend:
            yield file.relative_to(root).as_posix()
