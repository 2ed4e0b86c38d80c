"""Feeds, RSS and JSON: the newest articles in full, led by their numbers, with absolute links.

Written after the build, from its pages: HTML without what needs the site.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from press.evidence.quantities import number
from press.site.cards import article_card
from press.sources.articles import Article
from press.sources.settings import Settings

NEWEST = 30
TEXT_BEGINS, TEXT_ENDS = "<!-- text -->", "<!-- /text -->"
"""What stands around the text of an article in its page (overrides/article.html)."""

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_CREATOR = "http://purl.org/dc/elements/1.1/"

_ADDRESS = re.compile(r'(?<= )(href|src)="([^"]*)"')
# The style sheet unfolds, hides or colors these; a reader elsewhere would get them all at once.
_UNFOLDED = re.compile(r'<details class="listing__(?:whole|tests)">.*?</details>', re.DOTALL)
_BUTTON = re.compile(r"<button\b.*?</button>", re.DOTALL)
_NARROW = re.compile(r'<svg\b[^>]*class="[^"]*figure__narrow[^"]*".*?</svg>', re.DOTALL)
_CODE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_NOTE = re.compile(r'<span class="note"[^>]*>(\d+)</span>')
_SPAN = re.compile(r"</?span\b[^>]*>")


def write_feeds(site: Path, settings: Settings, shown: list[Article]) -> None:
    """Write `feed.xml` and `feed.json` of the articles of a built site."""
    newest = shown[:NEWEST]
    texts = {article.url: _text(site, settings, article) for article in newest}
    rss = ElementTree.ElementTree(_rss(settings, newest, texts))
    rss.write(site / "feed.xml", encoding="utf-8", xml_declaration=True)
    feed = json.dumps(_json_feed(settings, newest, texts), ensure_ascii=False)
    (site / "feed.json").write_text(feed, encoding="utf-8")


def for_feed(html: str, address: str) -> str:
    """The HTML of an article as a feed carries it.

    Args:
        html: the article as its page shows it.
        address: the absolute address of that page.
    """
    for surplus in (_UNFOLDED, _BUTTON, _NARROW):
        html = surplus.sub("", html)
    html = _CODE.sub(_plain, html)
    return _ADDRESS.sub(lambda found: f'{found[1]}="{urljoin(address, found[2])}"', html)


def _text(site: Path, settings: Settings, article: Article) -> str:
    page = (site / article.url / "index.html").read_text(encoding="utf-8")
    text = page.partition(TEXT_BEGINS)[2].partition(TEXT_ENDS)[0].strip()
    html = for_feed(text, settings.site_url + article.url)
    if named := article.meta.headline:
        measured = number(f"{named.measurement}.{named.quantity}", settings.root).text
        html = f"<p><strong>{escape(measured)}</strong> {escape(named.label)}</p>{html}"
    return html


def _rss(settings: Settings, newest: list[Article], texts: dict[str, str]) -> Element:
    for prefix, name in (("atom", _ATOM), ("content", _CONTENT), ("dc", _CREATOR)):
        ElementTree.register_namespace(prefix, name)
    rss = Element("rss", {"version": "2.0"})
    channel = SubElement(rss, "channel")
    _add(channel, "title", settings.site_name)
    _add(channel, "link", settings.site_url)
    _add(channel, "description", settings.site_description)
    _add(channel, "language", settings.language)
    itself = {"href": f"{settings.site_url}feed.xml", "rel": "self", "type": "application/rss+xml"}
    SubElement(channel, f"{{{_ATOM}}}link", itself)
    if newest:
        _add(channel, "lastBuildDate", _moment(max(article.changed for article in newest)))
    for article in newest:
        item = SubElement(channel, "item")
        address = settings.site_url + article.url
        _add(item, "title", article.title)
        _add(item, "link", address)
        SubElement(item, "guid", {"isPermaLink": "true"}).text = address
        _add(item, "pubDate", _moment(article.created))
        _add(item, f"{{{_CREATOR}}}creator", settings.site_author)
        for tag in article.tags:
            _add(item, "category", tag)
        _add(item, "description", article.description)
        _add(item, f"{{{_CONTENT}}}encoded", texts[article.url])
    return rss


def _json_feed(settings: Settings, newest: list[Article], texts: dict[str, str]) -> dict[str, Any]:
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": settings.site_name,
        "description": settings.site_description,
        "home_page_url": settings.site_url,
        "feed_url": f"{settings.site_url}feed.json",
        "language": settings.language,
        "authors": [{"name": settings.site_author, "url": f"{settings.site_url}authors/"}],
        "items": [_item(settings, article, texts[article.url]) for article in newest],
    }


def _item(settings: Settings, article: Article, text: str) -> dict[str, Any]:
    address = settings.site_url + article.url
    changed = {"date_modified": article.updated.isoformat()} if article.updated else {}
    return {
        "id": address,
        "url": address,
        "title": article.title,
        "summary": article.description,
        "date_published": article.created.isoformat(),
        **changed,
        "tags": article.tags,
        "image": settings.site_url + article_card(article.meta.slug, article.meta.cover),
        "content_html": text,
    }


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _moment(day: date) -> str:
    return format_datetime(datetime.combine(day, time(), UTC))


def _plain(code: re.Match[str]) -> str:
    """A block of code without its colors, the numbers of its notes in parentheses."""
    return _SPAN.sub("", _NOTE.sub(r"  (\1)", code[0]))
