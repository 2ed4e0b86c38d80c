"""Drawings as a page can hold them: without styles, colors and ids that could meet twice.

What is drawn names its part with `part()` as Matplotlib's group id; whatever carries no such name
is dropped, and so are the document's header, its metadata and its style sheet. Parts become
classes, which the site's style sheet colors in light and dark. Everything is painted in
`currentColor`, so that a feed reader without the style sheet shows the same drawing in ink.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_PART = "part:"

# How each part is painted. A dot is a line of no length with round ends: a hundred of them are one
# path.
_STROKE = {"fill": "none", "stroke": "currentColor", "stroke-linejoin": "round"}
_DOT = {"fill": "none", "stroke": "currentColor", "stroke-linecap": "round"}
_PAINT: dict[str, dict[str, str]] = {
    "grid": _STROKE | {"stroke-opacity": "0.14"},
    "axis": _STROKE | {"stroke-opacity": "0.6"},
    "band": {"fill": "currentColor", "fill-opacity": "0.14"},
    "bar": {"fill": "currentColor", "fill-opacity": "0.28"},
    "whisker": _STROKE | {"stroke-width": "1.5"},
    "samples": _DOT | {"stroke-width": "4", "stroke-opacity": "0.35"},
    "median": _STROKE | {"stroke-width": "2"},
    "markers": _DOT | {"stroke-width": "6.5"},
    "tick": {"fill": "currentColor"},
    "name": {"fill": "currentColor"},
    "title": {"fill": "currentColor"},
    "label": {"fill": "currentColor"},
    "value": {"fill": "currentColor"},
}


def part(kind: str, role: str | None = None) -> str:
    """The group id of a part, such as the band of a series.

    Args:
        kind: how it is painted, a key of the table above.
        role: whose it is, for its color: `ours`, `baseline`, `second`, `third`.
    """
    return f"{_PART}{kind}" + (f" series--{role}" if role else "")


def clean(
    drawing: str, ident: str, variant: str, title: str, description: str, *, hidden: bool
) -> str:
    """The parts of a Matplotlib drawing as an `svg` element for a page.

    Args:
        drawing: the SVG document.
        ident: what its ids begin with; unique on a page.
        variant: its class, by which the style sheet shows the one that fits the screen.
        title: its name for a screen reader.
        description: what it shows, for a screen reader.
        hidden: whether it is shown only where a style sheet says so.
    """
    source = ElementTree.fromstring(drawing)
    svg = ElementTree.Element(
        "svg",
        {
            "class": f"figure__{variant}",
            "viewBox": " ".join(_number(side) for side in source.attrib["viewBox"].split()),
            "role": "img",
            "aria-labelledby": f"{ident}-title {ident}-description",
            "font-size": "14",
        },
    )
    if hidden:
        svg.set("display", "none")
    ElementTree.SubElement(svg, "title", {"id": f"{ident}-title"}).text = title
    ElementTree.SubElement(svg, "desc", {"id": f"{ident}-description"}).text = description
    svg.extend(list(_parts(source)))
    return ElementTree.tostring(svg, encoding="unicode")


def _parts(group: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The named parts below a group, in the order in which they are painted."""
    for child in group:
        name = child.get("id", "")
        if not name.startswith(_PART):
            yield from _parts(child)
            continue
        kind, *roles = name.removeprefix(_PART).split()
        attributes = {"class": " ".join([kind, *roles])} | _PAINT[kind]
        paths = [_path(path.attrib["d"]) for path in _painted(child, "path")]
        dots = [
            f"M{_number(use.attrib['x'])} {_number(use.attrib['y'])}h0"
            for use in child.iter(f"{_SVG}use")
        ]
        if data := "".join(paths + dots):
            yield ElementTree.Element("path", attributes | {"d": data})
        for text in child.iter(f"{_SVG}text"):
            yield _text(text, attributes)


def _painted(group: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    """The elements of a group that are painted where they stand, not defined for later use."""
    for child in group:
        if child.tag == _SVG + tag:
            yield child
        elif child.tag != f"{_SVG}defs":
            yield from _painted(child, tag)


def _path(data: str) -> str:
    return re.sub(r"\s*([MLCQZz])\s*", r"\1", re.sub(r"-?\d+\.?\d*", _rounded, data)).strip()


def _text(source: ElementTree.Element, attributes: dict[str, str]) -> ElementTree.Element:
    anchor = re.search(r"text-anchor: (\w+)", source.get("style", ""))
    place = {"x": _number(source.attrib["x"]), "y": _number(source.attrib["y"])}
    if anchor and anchor[1] != "start":
        place["text-anchor"] = anchor[1]
    text = ElementTree.Element("text", attributes | place)
    text.text = source.text
    return text


def _rounded(match: re.Match[str]) -> str:
    return _number(match[0])


def _number(text: str) -> str:
    """A coordinate to a tenth of a unit, which is less than a screen can show."""
    return f"{float(text):.1f}".removesuffix(".0")
