"""A site of as many articles as an experiment asks for, made of real listings and real prose.

Every article has 1,700 words, a headline figure and eight listings. Which ones is decided by the
article's number alone, so that every run measures the same site. The same articles are written for
our press and for stock Material for MkDocs, which shows them without captions.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORDS = 1_700
LISTINGS = 8
SECTIONS = LISTINGS
COPIED = ("lab", "press", "overrides", "snippets", "docs/assets", "mkdocs.yml", "requirements.txt")
PAGES = ("index", "archive", "authors", "errors/index", "search", "tags")
# Pages that quote what only our own articles have.
ABOUT = ("guarantee", "ledger")
RECORD, QUANTITY = "pool-sizing", "reads"
SOURCE_OF_PROSE = "docs/posts/your-connection-pool-is-a-queue.md"
TAGS = ("asyncio", "asyncpg", "caching", "fastapi", "httpx", "postgresql", "redis", "sqlalchemy")
CATEGORIES = ("Caching", "Capacity", "Concurrency", "Connections", "Queries", "Reliability")

STOCK = """
site_name: Under Load
site_url: https://under-load.example/
theme: {name: material}
plugins:
  - blog: {blog_dir: ., post_url_format: "{slug}", authors: false}
  - tags
  - search
markdown_extensions:
  - admonition
  - attr_list
  - footnotes
  - md_in_html
  - toc: {permalink: true}
  - pymdownx.arithmatex: {generic: true}
  - pymdownx.highlight: {anchor_linenums: true}
  - pymdownx.snippets: {base_path: [.], check_paths: true, dedent_subsections: true}
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
"""


def ours(site: Path, articles: int) -> None:
    """Write the articles into a copy of this repository that has no others.

    Nothing is wrong with their pages: what a page has to say is said again in each rebuild, which
    then converts it again.
    """
    for name in COPIED:
        _copy(ROOT / name, site / name)
    for name in PAGES:
        _copy(ROOT / "docs" / f"{name}.md", site / "docs" / f"{name}.md")
    _copy(ROOT / f"docs/measurements/{RECORD}.json", site / f"docs/measurements/{RECORD}.json")
    for name in ABOUT:
        text = f"---\ntitle: The {name}\ndescription: None here.\n---\n\nSynthetic articles.\n"
        (site / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
    _write_articles(site, articles)
    verified = site / "build" / "verification.json"
    verified.parent.mkdir()
    verified.write_text(json.dumps(_manifest(site)), encoding="utf-8")


def stock(site: Path, articles: int) -> None:
    """Write the articles into a blog of Material for MkDocs with its own theme and settings."""
    _copy(ROOT / "snippets", site / "snippets")
    (site / "docs").mkdir()
    (site / "mkdocs.yml").write_text(STOCK, encoding="utf-8")
    (site / "docs" / "index.md").write_text("# Under Load\n", encoding="utf-8")
    (site / "docs" / "tags.md").write_text("# Tags\n\n<!-- material/tags -->\n", encoding="utf-8")
    _write_articles(site, articles)


def article(site: Path, number: int) -> Path:
    """The Markdown file of an article."""
    return site / "docs" / "posts" / f"synthetic-{number}.md"


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.out"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _write_articles(site: Path, articles: int) -> None:
    paragraphs, listings = _paragraphs(), _listings()
    (site / "docs" / "posts").mkdir(parents=True)
    for number in range(articles):
        text = "\n\n".join(_article(number, paragraphs, listings))
        article(site, number).write_text(f"{text}\n", encoding="utf-8")


def _article(number: int, paragraphs: list[str], listings: list[str]) -> Iterator[str]:
    # Chosen by its number: a site is the same in every run.
    chosen = random.Random(number)
    yield f"""---
title: Synthetic claim {number} holds
description: An article for a measurement of the press.
date:
  created: 2026-{1 + number % 10:02}-{1 + number % 28:02}
slug: synthetic-{number}
categories: [{chosen.choice(CATEGORIES)}]
tags: [{", ".join(sorted(chosen.sample(TAGS, 3)))}]
headline: {{measurement: {RECORD}, quantity: {QUANTITY}, label: as long}}
---"""
    yield chosen.choice(paragraphs)
    yield "<!-- more -->"
    for section in range(SECTIONS):
        yield f"## Section {section} of article {number}"
        words = 0
        while words < WORDS / SECTIONS:
            paragraph = chosen.choice(paragraphs)
            words += len(paragraph.split())
            yield paragraph
        # In turn, so that a site of many articles shows every file.
        shown = listings[(number * LISTINGS + section) % len(listings)]
        yield f'```python\n--8<-- "{shown}"\n```'
    yield "## Where this stops being true\n\nNowhere: it is synthetic."
    yield "## Take-aways\n\n- None."
    yield "## Sources\n\n- [The manual](https://www.postgresql.org/docs/): not read here."


def _paragraphs() -> list[str]:
    """The paragraphs of an article that stand alone: no references, no measured numbers."""
    text = (ROOT / SOURCE_OF_PROSE).read_text(encoding="utf-8").split("---\n", 2)[2]
    blocks = re.sub(r"```.*?```", "", text, flags=re.DOTALL).split("\n\n")
    return [
        block.strip()
        for block in blocks
        if re.match(r"[A-Z]", block.strip()) and not re.search(r"\[\[|\]\(|\]\[|\[\^", block)
    ]


def _listings() -> list[str]:
    """A region of every module of `snippets` that has one."""
    found = []
    for path in sorted((ROOT / "snippets").glob("*/*.py")):
        region = re.search(r"\[start:([\w-]+)\]", path.read_text(encoding="utf-8"))
        if region:
            found.append(f"{path.relative_to(ROOT).as_posix()}:{region[1]}")
    return found


def _manifest(site: Path) -> dict[str, object]:
    """As after a test run in which three tests executed every line of every module."""
    tests = [f"tests/snippets/test_synthetic.py::test_number_{number}" for number in range(3)]
    files = {}
    for path in sorted((site / "snippets").glob("*/*.py")):
        content = path.read_bytes()
        lines = {f"{number}": [0, 1, 2] for number in range(1, content.count(b"\n") + 1)}
        files[path.relative_to(site).as_posix()] = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "tests": tests,
            "lines": lines,
            "missing": [],
        }
    versions = {"python": "3.11.7", "postgresql": "18.6", "redis": "8.2.0", "asyncpg": "0.32.0"}
    return {"recorded": "2026-11-20T12:00:00Z", "versions": versions, "files": files, "naive": {}}
