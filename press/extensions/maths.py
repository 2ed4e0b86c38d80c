"""Formulas as MathML, made while the page is built: readers need no script.

`pymdownx.arithmatex` finds the formulas and leaves their TeX in `span` and `div` elements; here
they become `math` elements. A formula that cannot be converted, or that would need an inline style,
is a problem of the page.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from math_core import LatexError, LatexToMathML

from press.extensions import order
from press.extensions.reporting import keep_lines, line_in_prose, report
from press.problems import ProblemError

_CLASS = "arithmatex"
_WRAPPED = re.compile(r"\\[(\[](.*)\\[)\]]", re.DOTALL)

# The columns of `aligned` and `cases`; whatever else asks for a style is refused.
_STYLES = {
    "text-align: left": "math-left",
    "text-align: right": "math-right",
    "justify-items: start": "",
    "justify-items: end": "",
    "padding-left: 0": "math-flush-left",
    "padding-right: 0": "math-flush-right",
    "padding-left:1em": "math-gap",
}


class FormulaError(ProblemError):
    """A formula that cannot be shown; `source` is the line of its TeX to look at."""

    def __init__(self, what: str, remedy: str, source: str) -> None:
        super().__init__(what, remedy)
        self.source = source


def mathml(tex: str, *, display: bool) -> Element:
    """The `math` element of a formula, which keeps its TeX as alternative text.

    Args:
        tex: the formula, without dollar signs.
        display: whether it stands on lines of its own.

    Raises:
        FormulaError: if it is not TeX that can be converted, or asks for an inline style.
    """
    try:
        math = ElementTree.fromstring(_convert(tex, display=display))
    except LatexError as error:
        position, _, why = str(error).partition(": ")
        before, after = tex[: int(position)], tex[int(position) :]
        near = after.partition("\n")[0]
        where = f' at "{near[:20]}"' if near else ""
        raise FormulaError(
            f"a formula that is not understood{where}: {why.rstrip('.')}",
            "Fix its TeX.",
            before.rpartition("\n")[2] + near,
        ) from None
    for element in math.iter():
        _style_by_class(element, tex)
    math.set("alttext", " ".join(tex.split()))
    return math


@lru_cache(maxsize=4096)
def _convert(tex: str, *, display: bool) -> str:
    converter = LatexToMathML(fancy_error=False)
    return converter.convert_with_local_state(tex, displaystyle=display)


def _style_by_class(element: Element, tex: str) -> None:
    style = element.attrib.pop("style", "")
    declarations = [part.strip() for part in style.split(";") if part.strip()]
    for declaration in declarations:
        if declaration not in _STYLES:
            raise FormulaError(
                f'a formula that needs the inline style "{declaration}"',
                "Write it without colors, rules and negative spaces: pages allow no inline styles.",
                max(tex.split("\n"), key=len),
            )
    classes = [_STYLES[declaration] for declaration in declarations if _STYLES[declaration]]
    if classes:
        element.set("class", " ".join(classes))


class Maths(Treeprocessor):  # type: ignore[misc]  # the library has no types
    """Converts the formulas of a page."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.md: Markdown = md

    def run(self, root: Element) -> None:
        """Put `math` elements where arithmatex left TeX."""
        for element in [*root.iter("span"), *root.iter("div")]:
            if element.get("class") == _CLASS:
                self._convert(element)

    def _convert(self, element: Element) -> None:
        wrapped = _WRAPPED.fullmatch(element.text or "")
        assert wrapped is not None
        display = element.tag == "div"
        tex = unescape(wrapped[1]).strip("\n")
        try:
            math = mathml(tex, display=display)
        except FormulaError as problem:
            line = line_in_prose(self.md, problem.source.strip())
            html = report(self.md, line, problem.what, problem.remedy)
            shown = ElementTree.fromstring(html)
            element.attrib.update(shown.attrib)
            element.text = AtomicString(shown.text or "")  # quotes stay as the log has them
            return
        element.set("class", "math")
        if display:
            element.set("tabindex", "0")  # wider than a phone, it scrolls
        element.text = None
        element.append(math)


class MathsExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Renders the formulas that `pymdownx.arithmatex` finds."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        """Convert formulas after arithmatex has set them apart."""
        keep_lines(md)
        md.treeprocessors.register(Maths(md), "press_maths", order.MATHS)


def makeExtension(**options: Any) -> MathsExtension:  # noqa: N802 — Python-Markdown's name
    """What Python-Markdown calls to load `press.extensions.maths`."""
    return MathsExtension(**options)
