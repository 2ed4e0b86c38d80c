"""Listings that readers run in the page: the strip with the button, and what a click loads.

Where the package is not to be had, pages stay as they are, and one line says so.
"""

from __future__ import annotations

import re
import shutil
from hashlib import sha256
from pathlib import Path

from press.extensions.listings import RUNS_HERE
from press.problems import Finding
from press.site.postgres import package
from press.sources.includes import Include, resolve
from press.sources.runnable import runnable
from press.sources.settings import Settings

SCRIPTS = "assets/postgres"
"""Where a built site has our scripts; what they load of the package is put below them."""

MEMORY = "400 MB"
"""What it takes of a reader's memory with the tables of an article, about."""

_MARKED = re.compile(
    r'<figure class="listing[^>]*? data-path="(?P<path>[^"]+)"'
    rf'(?: data-region="(?P<region>[^"]+)")? {RUNS_HERE}>.*?(?=<figcaption>)',
    re.DOTALL,
)
_MODULE = "press/site/postgres/package.py"


def add_postgres(site: Path, settings: Settings) -> list[Finding]:
    """Put a strip below each listing that is marked, and what it loads into the site."""
    marked = [page for page in sorted(site.rglob("*.html")) if _MARKED.search(_text(page))]
    try:
        files = package.files(settings.root) if marked else {}
    except package.UnavailableError as error:
        print(f"PostgreSQL in the page is left out: {error}.")
        files = {}
    except package.TamperedError as error:
        remedy = f"Delete {package.CACHE} and build again. If it stays, the package was changed."
        return [Finding(_MODULE, 0, str(error), remedy)]
    if not files:
        shutil.rmtree(site / SCRIPTS, ignore_errors=True)
        return []
    below = site / SCRIPTS / "pglite"
    below.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (below / name).write_bytes(content)
    cost = f"{package.weight(files) / 1e6:.1f} MB once, about {MEMORY} of memory"
    for page in marked:
        _add_strips(page, site, settings.root, cost)
    return []


def _add_strips(page: Path, site: Path, root: Path, cost: str) -> None:
    def with_strip(marked: re.Match[str]) -> str:
        return marked[0] + _strip(marked, page, site, root, cost)

    page.write_text(_MARKED.sub(with_strip, _text(page)), encoding="utf-8")


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _strip(marked: re.Match[str], page: Path, site: Path, root: Path, cost: str) -> str:
    """The strip of a listing; what makes its tables becomes a file of the site."""
    what = runnable(resolve(Include(marked["path"], marked["region"]), root), root)
    digest = sha256(what.setup.encode()).hexdigest()[:8]
    tables = site / SCRIPTS / f"tables-{digest}.sql"
    tables.write_text(what.setup, encoding="utf-8")
    up = "../" * len(page.parent.relative_to(site).parts)
    address = f"{up}{tables.relative_to(site).as_posix()}"
    return (
        f'<div class="runner" data-src="{address}" data-runs="{what.runs}" data-pagefind-ignore>'
        '<button class="runner__open" type="button">Run it here</button>'
        '<p class="runner__cost" role="status">'
        f"PostgreSQL {package.POSTGRES} in this page: {cost}. "
        "Nothing leaves your machine.</p></div>"
    )
