"""Templates escape what they are given: a title is text, whatever is in it.

MkDocs makes its Jinja environment without it. Here it is turned on for every template of ours; the
few places that are HTML already say `| safe`, with the reason. Losing this would cost more than
decoration, so tests put an unkind title into each kind of page.
"""

from __future__ import annotations

import re
from html import unescape

from jinja2 import Environment, select_autoescape
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page


def turn_on(env: Environment) -> None:
    """Escape in HTML and XML; JSON, Markdown and headers have rules of their own.

    Before any template is rendered, since each is compiled once.
    """
    env.autoescape = select_autoescape(("html", "xml"), default_for_string=False)


def take_titles_as_text(files: Files) -> None:
    """Give each page whose front matter has no title one that is not escaped already."""
    for file in files.documentation_pages():
        if file.page and "title" not in file.page.meta:
            file.page.title = _title(file.page)


def name_as_text(markdown: str, page: Page) -> str:
    """The Markdown of a page; where the blog plugin wrote it, without markup in the heading.

    The plugin gives a list its name as a heading. A category could hold a link that leads nowhere,
    and the build would stop for a file that nobody wrote.
    """
    name: str | None = getattr(page, "name", None)
    if name is None or markdown.strip() != f"# {name}".strip():
        return markdown
    return "# " + re.sub(r"[^\w\s]|_", lambda sign: f"&#{ord(sign[0])};", name)


def _title(page: Page) -> str:
    """The title, as text, of a page whose front matter has none.

    MkDocs takes the HTML of its first heading, which is escaped already. The blog plugin writes
    that heading for its lists, and takes their names, such as those of categories, for Markdown.
    """
    name: str | None = getattr(page, "name", None)
    return name or unescape(page.title or "")
