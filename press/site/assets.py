"""Assets by their content: `style.css` becomes `style.3f2a9c1d04.css`, and pages ask for that.

A page then never meets a style sheet, a script or a font of another build, however long a browser
or a proxy keeps either, and an asset may be kept for ever. A preview needs none of this.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from graphlib import CycleError, TopologicalSorter
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import urlsplit

from press.problems import Finding
from press.repository import page_source
from press.sources.settings import Settings

DIRECTORY = "assets"

_DIGITS = 10
# A license is looked for by its name.
_KEPT = {".txt"}
_TEXT = {".css", ".js", ".svg"}
# What may be an address in a style sheet or a script: all that stands in quotes or in url().
_QUOTED = re.compile(r"(?<=[\"'(])[^\"'()\s]+(?=[\"')])")
_ATTRIBUTE = re.compile(r"(?<= )((?:href|src|data-src)=\")([^\"]+)(?=\")")
_ELSEWHERE = (".json", ".md", ".txt", ".xml")

Names = dict[str, str]
"""Where an asset was, and where it is now, both from the root of the site."""


def name_assets(site: Path, settings: Settings) -> list[Finding]:
    """Rename the assets of a built site, and all that asks for them."""
    assets = {
        path.relative_to(site).as_posix(): path
        for path in sorted((site / DIRECTORY).rglob("*"))
        if path.is_file() and path.suffix not in _KEPT
    }
    needs = {name: set(_asked(name, path) & assets.keys()) for name, path in assets.items()}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        remedy = "Let one of them not name the other: each name holds the content of the other."
        return [Finding(page_source(error.args[1][0]), 1, f"assets in a circle: {circle}", remedy)]
    names: Names = {}
    for name in order:
        path = assets[name]
        if path.suffix in _TEXT:
            _rewrite(path, partial(_in_asset, name=name, names=names))
        digest = sha256(path.read_bytes()).hexdigest()[:_DIGITS]
        renamed = path.with_name(f"{path.stem}.{digest}{path.suffix}")
        path.rename(renamed)
        names[name] = renamed.relative_to(site).as_posix()
    for page in site.rglob("*.html"):
        at = page.relative_to(site).as_posix()
        _rewrite(page, partial(_in_page, page=at, names=names, site_url=settings.site_url))
    for kind in _ELSEWHERE:
        for file in site.rglob(f"*{kind}"):
            _rewrite(file, partial(_in_text, names=names, site_url=settings.site_url))
    return []


def _asked(name: str, path: Path) -> set[str]:
    """What an asset may ask for, from the root of the site."""
    if path.suffix not in _TEXT:
        return set()
    text = path.read_text(encoding="utf-8")
    return {_resolved(name, address) for address in _QUOTED.findall(text)} - {name}


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    text = path.read_text(encoding="utf-8")
    changed = change(text)
    if changed != text:
        path.write_text(changed, encoding="utf-8")


def _in_asset(text: str, name: str, names: Names) -> str:
    def renamed(found: re.Match[str]) -> str:
        return _renamed(found[0], _resolved(name, found[0]), names)

    return _QUOTED.sub(renamed, text)


def _in_page(text: str, page: str, names: Names, site_url: str) -> str:
    """A page with its links; one that names no host may name the path of the site."""
    home = urlsplit(site_url).path

    def renamed(found: re.Match[str]) -> str:
        address = found[2]
        target = address.removeprefix(site_url)
        rooted = target != address or address.startswith(home)
        where = target.removeprefix(home) if rooted else _resolved(page, address)
        return found[1] + _renamed(address, re.split("[?#]", where)[0], names)

    return _ATTRIBUTE.sub(renamed, text)


def _in_text(text: str, names: Names, site_url: str) -> str:
    """Text that names assets by their full address, as feeds do."""
    if site_url + DIRECTORY not in text:
        return text
    asked = re.compile(re.escape(site_url) + rf"({DIRECTORY}/[\w./-]+)")
    return asked.sub(lambda found: site_url + names.get(found[1], found[1]), text)


def _renamed(address: str, where: str, names: Names) -> str:
    """The address with the new name of the asset to which it leads, if it leads to one."""
    if where not in names:
        return address
    old, new = where.rpartition("/")[2], names[where].rpartition("/")[2]
    head, _, tail = address.rpartition(old)
    return f"{head}{new}{tail}"


def _resolved(base: str, address: str) -> str:
    """Where an address in a file leads, from the root of the site."""
    return normpath(join(dirname(base), re.split("[?#]", address)[0]))
