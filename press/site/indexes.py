"""What programs read of the site as a whole: sitemap, `llms.txt`, what search knows.

Written after the build, from the sources and the built pages.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

from press.site.plain_markdown import NAME, markdown_text
from press.sources.articles import Article, lists
from press.sources.front_matter import ErrorMeta, PageMeta
from press.sources.pages import address, documents
from press.sources.settings import Settings

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def write_indexes(site: Path, settings: Settings, shown: list[Article]) -> None:
    """Write `sitemap.xml`, `llms.txt`, `words.json` and `messages.json` of a built site."""
    ElementTree.register_namespace("", _SITEMAP)
    sitemap = ElementTree.ElementTree(_sitemap(site, settings, shown))
    sitemap.write(site / "sitemap.xml", encoding="utf-8", xml_declaration=True)
    (site / "sitemap.xml.gz").unlink(missing_ok=True)  # the engine's own, with other days
    (site / "llms.txt").write_text(_llms(settings, shown), encoding="utf-8")
    words = json.dumps(_words(settings, shown), ensure_ascii=False)
    (site / "words.json").write_text(words, encoding="utf-8")
    messages = {"report": f"{settings.repo_url}/issues/new", "pages": _messages(settings)}
    text = json.dumps(messages, ensure_ascii=False)
    (site / "messages.json").write_text(text, encoding="utf-8")


def _sitemap(site: Path, settings: Settings, shown: list[Article]) -> ElementTree.Element:
    """Every page, with the day of its last change where that day is known."""
    listed = {"": shown, "archive/": shown, **lists(shown)}
    changed = {url: _last(some) for url, some in listed.items() if some}
    changed |= {article.url: article.changed for article in shown}
    root = ElementTree.Element(f"{{{_SITEMAP}}}urlset")
    for page in sorted(site.rglob("index.html")):
        url = page.parent.relative_to(site).as_posix().removeprefix(".")
        url = f"{url}/" if url else ""
        entry = ElementTree.SubElement(root, f"{{{_SITEMAP}}}url")
        ElementTree.SubElement(entry, f"{{{_SITEMAP}}}loc").text = settings.site_url + url
        if url in changed:
            day = changed[url].isoformat()
            ElementTree.SubElement(entry, f"{{{_SITEMAP}}}lastmod").text = day
    return root


def _last(some: list[Article]) -> date:
    return max(article.changed for article in some)


def _llms(settings: Settings, shown: list[Article]) -> str:
    lines = [
        f"# {settings.site_name}",
        "",
        f"> {settings.site_description}",
        "",
        "Listings are files that run under test; figures come from recorded measurements. "
        "The addresses are of plain Markdown, with the listings expanded.",
        "",
        "## Articles",
        "",
        *(
            _entry(article.title, f"{settings.site_url}{article.url}{NAME}", article.description)
            for article in shown
        ),
        "",
        "## Error index",
        "",
        *(
            _entry(meta.title, f"{settings.site_url}{address(page)}/", meta.description)
            for page in documents(settings)
            if isinstance(meta := page.meta, ErrorMeta)
        ),
        "",
        "## More",
        "",
        f"- [The guarantee]({settings.site_url}guarantee/): how each promise is kept",
        f"- [Ledger]({settings.site_url}ledger/): popular claims, put to a measurement",
        f"- [Source]({settings.repo_url}): every listing, test and record",
    ]
    return "\n".join(lines) + "\n"


def _entry(title: str, url: str, description: str) -> str:
    return f"- [{markdown_text(title)}]({url}): {markdown_text(description)}"


def _words(settings: Settings, shown: list[Article]) -> list[str]:
    """The titles, descriptions and tags of all pages."""
    pages = [page.meta for page in documents(settings) if isinstance(page.meta, PageMeta)]
    titled = [(meta.title, meta.description or "", meta.tags) for meta in pages if meta.title]
    titled += [(article.title, article.description, article.tags) for article in shown]
    return [" ".join([title, description, *tags]) for title, description, tags in titled]


def _messages(settings: Settings) -> list[dict[str, object]]:
    """The error pages with the messages that they cover, to which search leads."""
    return [
        {
            "url": f"{address(page)}/",
            "title": meta.title,
            "description": meta.description,
            "texts": [meta.title, *meta.texts],
        }
        for page in documents(settings)
        if isinstance(meta := page.meta, ErrorMeta)
    ]
