"""What machines read: feeds, sitemap, structured data, and the policy that browsers enforce."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from selectolax.lexbor import LexborHTMLParser

from lab.repository import ROOT
from tests.site.parsed import page, pages

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
SETTINGS = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
ADDRESS = re.findall(r"^site_url: (.+)$", SETTINGS, re.MULTILINE)[0]


def articles() -> dict[str, dict[str, Any]]:
    """The front matter of the articles, by slug."""
    found = {}
    for post in (ROOT / "docs" / "posts").glob("*.md"):
        meta = yaml.safe_load(post.read_text(encoding="utf-8").split("---\n")[1])
        found[meta["slug"]] = meta
    return found


def published(site: Path) -> dict[str, dict[str, Any]]:
    return {slug: meta for slug, meta in articles().items() if (site / slug).is_dir()}


def addresses(html: str) -> list[str]:
    return [tag.attrs.sget("href") for tag in LexborHTMLParser(html).css("[href]")]


def test_the_rss_feed_holds_every_article_in_full_with_absolute_links(site: Path) -> None:
    channel = ElementTree.parse(site / "feed.xml").getroot()[0]
    items = {item.findtext("link"): item.findtext(CONTENT) or "" for item in channel.iter("item")}
    assert set(items) == {f"{ADDRESS}{slug}/" for slug in published(site)}
    for html in items.values():
        assert "Where this stops being true" in html
        assert all(re.match(r"https?://|mailto:", target) for target in addresses(html))


def test_the_json_feed_says_the_same_as_the_rss_feed(site: Path) -> None:
    feed = json.loads((site / "feed.json").read_text(encoding="utf-8"))
    channel = ElementTree.parse(site / "feed.xml").getroot()[0]
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [(item["url"], item["content_html"]) for item in feed["items"]] == [
        (item.findtext("link"), item.findtext(CONTENT)) for item in channel.iter("item")
    ]


def test_a_feed_leads_an_article_with_its_number(site: Path) -> None:
    feed = json.loads((site / "feed.json").read_text(encoding="utf-8"))
    labels = {f"{ADDRESS}{slug}/": meta.get("headline") for slug, meta in published(site).items()}
    for item in feed["items"]:
        if headline := labels[item["url"]]:
            opening = LexborHTMLParser(item["content_html"]).css_first("p")
            assert opening is not None
            assert opening.text().endswith(headline["label"])


def test_the_sitemap_dates_an_article_by_its_last_change(site: Path) -> None:
    urls = ElementTree.parse(site / "sitemap.xml").getroot().findall("s:url", SITEMAP)
    dated = {
        url.findtext("s:loc", "", SITEMAP): url.findtext("s:lastmod", "", SITEMAP) for url in urls
    }
    for slug, meta in published(site).items():
        changed = meta["date"].get("updated") or meta["date"]["created"]
        assert dated[f"{ADDRESS}{slug}/"] == str(changed)
    assert dated[f"{ADDRESS}guarantee/"] == ""


def test_an_article_tells_machines_what_it_is_and_where_it_stands(site: Path) -> None:
    for slug, meta in published(site).items():
        shown = page(site / slug / "index.html")
        blocks = [json.loads(tag.text()) for tag in shown.css("script[type*=ld]")]
        article, trail = blocks
        assert article["@type"] == ["BlogPosting", "TechArticle"]
        assert article["headline"] == meta["title"]
        assert trail["@type"] == "BreadcrumbList"
        assert trail["itemListElement"][-1]["item"] == f"{ADDRESS}{slug}/"
        (canonical,) = shown.css("link[rel=canonical]")
        assert canonical.attrs["href"] == f"{ADDRESS}{slug}/"


@pytest.mark.parametrize(
    "name", ["robots.txt", "llms.txt", "_headers", "words.json", "messages.json"]
)
def test_the_files_of_a_site_are_there(site: Path, name: str) -> None:
    assert (site / name).read_text(encoding="utf-8").strip()


def test_every_page_and_every_answer_carry_the_same_policy(site: Path) -> None:
    headers = (site / "_headers").read_text(encoding="utf-8")
    policies = {
        meta.attrs.sget("content")
        for shown in pages(site).values()
        for meta in shown.css('meta[http-equiv="Content-Security-Policy"]')
    }
    (policy,) = policies
    assert "unsafe-inline" not in policy
    assert f"Content-Security-Policy: {policy}; frame-ancestors 'none'" in headers


def test_no_page_holds_what_the_policy_forbids(site: Path) -> None:
    for name, html in pages(site).items():
        forbidden = html.css("style, [style], script:not([src]):not([type])")
        handlers = [at for tag in html.css("*") for at in tag.attributes if at.startswith("on")]
        assert ([tag.html for tag in forbidden], handlers) == ([], []), name


def test_every_asset_is_named_by_its_content_and_asked_for_by_that_name(site: Path) -> None:
    """So a browser that keeps one for ever never shows it with a page of another build."""
    assets = [path for path in (site / "assets").rglob("*.*") if path.suffix != ".txt"]
    assert assets
    for path in assets:
        assert sha256(path.read_bytes()).hexdigest()[:10] == path.suffixes[-2].lstrip(".")
    for name, html in pages(site).items():
        tags = html.css("link, script")
        asked = [tag.attrs.get("href") or tag.attrs.sget("src") for tag in tags]
        assets_of_page = [address for address in asked if "assets/" in address]
        assert assets_of_page
        assert all(re.search(r"\.[0-9a-f]{10}\.\w+$", one) for one in assets_of_page), name
    assert "max-age=31536000, immutable" in (site / "_headers").read_text(encoding="utf-8")
