"""Drawings without styles, colors and ids of their own."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from press.figures.drawing.svg import clean, part

BAND = part("band", "ours")
DRAWING = f"""<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
  "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="640pt" height="360pt"
 viewBox="0 0 640 360" xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata>made on a Friday</metadata>
 <defs><style type="text/css">*{{stroke-linejoin: round}}</style></defs>
 <g id="figure_1"><g id="patch_1"><path d="M 0 0 L 9 9" style="fill: #ffffff"/></g>
  <g id="{BAND}"><path d="M 60.741818 186.152727
L -1.04 2.0
z
" style="fill: #000000"/></g>
  <g id="{part("samples", "ours")}">
   <defs><path id="m1" d="M 0 3 C 1 2 3 4 5 6 z"/></defs>
   <g><use xlink:href="#m1" x="60.74" y="7" style="fill: red"/></g>
   <g><use xlink:href="#m1" x="8" y="9"/></g>
  </g>
  <g id="{part("label", "ours")}">
   <text style="font-size: 14px; text-anchor: middle" x="1.26" y="2">a &lt; b</text>
  </g>
 </g>
</svg>"""


@pytest.fixture
def svg() -> ElementTree.Element:
    """The drawing, cleaned."""
    return ElementTree.fromstring(clean(DRAWING, "f", "wide", "T", "D", hidden=False))


def test_only_named_parts_stay_and_they_carry_classes(svg: ElementTree.Element) -> None:
    assert [(child.tag, child.get("class")) for child in svg] == [
        ("title", None),
        ("desc", None),
        ("path", "band series--ours"),
        ("path", "samples series--ours"),
        ("text", "label series--ours"),
    ]


def test_nothing_carries_a_style_a_color_or_an_id_but_the_title_and_the_description(
    svg: ElementTree.Element,
) -> None:
    assert not [element for element in svg.iter() if "style" in element.attrib]
    assert [element.get("id") for element in svg.iter() if "id" in element.attrib] == [
        "f-title",
        "f-description",
    ]
    painted = {element.get(key) for element in svg.iter() for key in ("fill", "stroke")}
    assert painted <= {None, "none", "currentColor"}


def test_it_is_an_image_with_a_name_and_a_description(svg: ElementTree.Element) -> None:
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-labelledby"] == "f-title f-description"
    assert (svg.findtext("title"), svg.findtext("desc")) == ("T", "D")


def test_it_takes_the_width_it_is_given(svg: ElementTree.Element) -> None:
    assert svg.attrib["viewBox"] == "0 0 640 360"
    assert not {"width", "height"} & svg.attrib.keys()


def test_coordinates_are_as_fine_as_a_screen(svg: ElementTree.Element) -> None:
    assert svg[2].attrib["d"] == "M60.7 186.2L-1 2z"


def test_dots_are_one_path(svg: ElementTree.Element) -> None:
    assert svg[3].attrib["d"] == "M60.7 7h0M8 9h0"


def test_text_stays_text(svg: ElementTree.Element) -> None:
    text = svg[4]
    assert (text.text, text.attrib["x"], text.attrib["text-anchor"]) == ("a < b", "1.3", "middle")


def test_the_variant_for_phones_is_not_shown_without_the_style_sheet() -> None:
    svg = ElementTree.fromstring(clean(DRAWING, "f", "narrow", "T", "D", hidden=True))

    assert svg.attrib["display"] == "none"
    assert svg.attrib["class"] == "figure__narrow"
