"""What programs read of the site as a whole."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from press.site.build import build
from tests.press import records
from tests.press.miniature import BODY, NOW, article, repository, write

pytestmark = pytest.mark.usefixtures("memo_of_the_run")

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
HEADLINE = {"measurement": "pool-sizing", "quantity": "speedup", "label": "requests served"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two articles, one of them corrected, and a draft."""
    root = repository(tmp_path_factory.mktemp("indexes"))
    records.write(root, records.record(root))
    corrected: dict[str, object] = {
        "date": {"created": date(2026, 11, 1), "updated": date(2026, 11, 9)},
        "corrections": [{"date": date(2026, 11, 9), "text": "It was wrong."}],
        "categories": ["Capacity"],
        "tags": ["asyncio"],
    }
    different: dict[str, dict[str, object]] = {
        "pool": {},
        "queue": corrected,
        "draft": {"draft": True, "tags": ["queueing"]},
    }
    for name, fields in different.items():
        fields = {"slug": name, "title": name, "headline": HEADLINE, "draft": None, **fields}
        write(root, f"docs/posts/{name}.md", article(BODY, **fields))
    matter = {
        "title": "slots full",
        "description": "Busy.",
        "template": "error.html",
        "texts": ["slot … is busy"],
    }
    page = f"---\n{yaml.safe_dump(matter, allow_unicode=True)}---\n\nThe slots are full.\n"
    write(root, "docs/errors/full.md", page)
    build(root, NOW)
    return root / "site"


def test_the_sitemap_has_every_page_and_the_days_that_are_known(site: Path) -> None:
    found = ElementTree.parse(site / "sitemap.xml").getroot().findall("s:url", NAMES)
    days = {
        (url.findtext("s:loc", "", NAMES)).removeprefix("https://blog.example/"): url.findtext(
            "s:lastmod", None, NAMES
        )
        for url in found
    }

    assert days == {
        "": "2026-11-09",
        "archive/2026/": "2026-11-09",
        "authors/": None,
        "category/capacity/": "2026-11-09",
        "category/connections/": "2026-11-01",
        "errors/full/": None,
        "guarantee/": None,
        "ledger/": None,
        "pool/": "2026-11-01",
        "queue/": "2026-11-09",
        "tags/asyncio/": "2026-11-09",
        "tags/asyncpg/": "2026-11-01",
    }
    assert not (site / "sitemap.xml.gz").exists()


def test_a_draft_is_in_none_of_them(site: Path) -> None:
    for name in ("sitemap.xml", "llms.txt", "words.json", "feed.xml", "feed.json"):
        assert "draft" not in (site / name).read_text(encoding="utf-8")


def test_llms_txt_leads_to_plain_markdown(site: Path) -> None:
    text = (site / "llms.txt").read_text(encoding="utf-8")

    assert "- [queue](https://blog.example/queue/index.md): What waits, and where." in text


def test_search_can_spell_what_titles_and_tags_say(site: Path) -> None:
    assert "queue What waits, and where. asyncio" in json.loads(
        (site / "words.json").read_text(encoding="utf-8")
    )


def test_search_knows_the_messages_that_error_pages_declare(site: Path) -> None:
    messages = json.loads((site / "messages.json").read_text(encoding="utf-8"))
    assert messages["report"].endswith("/issues/new")
    assert messages["pages"] == [
        {
            "url": "errors/full/",
            "title": "slots full",
            "description": "Busy.",
            "texts": ["slots full", "slot … is busy"],
        }
    ]
