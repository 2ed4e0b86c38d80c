"""The service that the series builds, snippets/backend: an application with rules of its own.

Pages show parts of it; none needs to show all. But readers find each module: once a page names the
backend, it names every module of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from press.problems import Finding
from press.repository import BACKEND
from press.sources.front_matter import Document

MAX_MODULE_LINES = 120
EXPERIMENTS = f"{BACKEND}/experiments/"  # measure it, and are no part of it


def check_backend(pages: list[Document], root: Path) -> Iterator[Finding]:
    """Find modules of the backend that are too long, or that no page leads to."""
    text = "\n".join(page.body for page in pages)
    for module in sorted((root / BACKEND).rglob("*.py")):
        path = module.relative_to(root).as_posix()
        lines = len(module.read_text(encoding="utf-8").splitlines())
        if lines > MAX_MODULE_LINES and not path.startswith(EXPERIMENTS):
            what = f"{lines} lines, and the limit for the backend is {MAX_MODULE_LINES}"
            yield Finding(path, 1, what, "Split it: one idea a module.")
        if f"{BACKEND}/" in text and module.name != "__init__.py" and path not in text:
            remedy = f"Link it with its purpose, [what it does](repo:{path}), where the others are."
            yield Finding(path, 1, "no page leads to it", remedy)
