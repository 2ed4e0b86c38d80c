"""The committed subsets hold what pages need, and the style sheets describe them truly."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont

from lab.repository import ROOT
from press.authoring.fonts import (
    CUTS,
    LICENSES,
    RARE,
    RARE_FORMULA,
    SERIF_STAND_INS,
    TARGET,
    Cut,
    cut,
    font_of,
    gust_license,
    sheet_of,
    stand_ins,
    unicode_range,
)

FONTS = ROOT / TARGET
STYLES = "\n".join(
    (FONTS.parent / name).read_text() for name in ("style.css", "article.css", "math.css")
)


def font(spec: Cut) -> TTFont:
    return TTFont(BytesIO(font_of(spec, ROOT)))


def face(name: str) -> str:
    """The `@font-face` rule that mentions `name`."""
    rules: list[str] = re.findall(r"@font-face \{[^}]*\}", STYLES)
    return next(rule for rule in rules if name in rule)


@pytest.mark.parametrize("spec", CUTS, ids=lambda spec: spec.name)
def test_a_subset_holds_its_characters_and_no_others(spec: Cut) -> None:
    with font(spec) as subset:
        assert set(map(chr, subset.getBestCmap())) == set(spec.characters)


@pytest.mark.parametrize("spec", CUTS, ids=lambda spec: spec.name)
def test_a_subset_is_used_by_a_style_sheet(spec: Cut) -> None:
    rule = face("data:" if spec.embedded else f"fonts/{spec.name}.woff2")
    assert f'"{" ".join(spec.family.split()[:3])}"' in rule


def test_an_embedded_subset_is_in_its_sheet_as_the_command_writes_it() -> None:
    (spec,) = (spec for spec in CUTS if spec.embedded)
    assert sheet_of(spec, font_of(spec, ROOT)) in STYLES


def test_no_other_font_is_published() -> None:
    assert {path.stem for path in FONTS.glob("*.woff2")} == {
        spec.name for spec in CUTS if not spec.embedded
    }


@pytest.mark.parametrize("spec", CUTS, ids=lambda spec: spec.name)
def test_a_subset_does_not_bear_the_reserved_name_of_its_source(spec: Cut) -> None:
    with font(spec) as subset:
        names = [record.toUnicode() for record in subset["name"].names if record.nameID in (1, 4)]
    assert set(names) == {spec.family}


def test_the_licenses_lie_beside_the_fonts() -> None:
    for name in [*LICENSES, "TeXGyrePagellaMath-LICENSE.txt"]:
        assert "License" in (FONTS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("sign", "()[]{}√∑∏")
def test_what_grows_in_a_formula_has_its_larger_forms(sign: str) -> None:
    (spec,) = (spec for spec in CUTS if spec.embedded)
    with font(spec) as subset:
        variants = subset["MATH"].table.MathVariants
        assert subset.getBestCmap()[ord(sign)] in variants.VertGlyphCoverage.glyphs


@pytest.mark.parametrize(("name", "characters"), [("serif", RARE), ("math", RARE_FORMULA)])
def test_rare_characters_are_fetched_only_by_pages_that_hold_them(
    name: str, characters: str
) -> None:
    assert f"unicode-range: {unicode_range(characters)};" in face(f"fonts/{name}-rare.woff2")


def test_the_fonts_that_stand_in_take_the_room_of_ours() -> None:
    assert stand_ins(FONTS) in STYLES


@pytest.mark.parametrize("declared", ["font-style: italic", "font-weight: 600"])
def test_bold_and_italic_text_stays_so_in_each_of_them(declared: str) -> None:
    """The page forbids browsers to slant or thicken letters."""
    for stand_in in SERIF_STAND_INS:
        assert any(
            f'"Serif by {stand_in.name}"' in rule and declared in rule
            for rule in re.findall(r"@font-face \{[^}]*\}", STYLES)
        )


def test_no_font_that_is_late_moves_a_page() -> None:
    """What is embedded cannot be late."""
    rules = re.findall(r"@font-face \{[^}]*\}", STYLES)
    assert [
        rule for rule in rules if "data:" not in rule and "font-display: optional;" not in rule
    ] == []


def test_every_font_that_stands_in_is_asked_for() -> None:
    names = set(re.findall(r'font-family: "(\w+ by \w+)";', STYLES))
    asked = re.findall(r"^  --(?:serif|display|mono): (.+);$", STYLES, re.MULTILINE)
    assert len(asked) == 3
    assert names == set(re.findall(r'"(\w+ by \w+)"', " ".join(asked)))


def test_a_unicode_range_joins_neighbors() -> None:
    assert unicode_range("cabx") == "U+61-63, U+78"


def test_a_character_that_the_source_lacks_stops_the_subsetting(tmp_path: Path) -> None:
    spec = replace(CUTS[0], characters="漢")
    with pytest.raises(Subsetter.MissingUnicodesSubsettingError, match="U\\+6F22"):
        cut(FONTS / "mono.woff2", tmp_path / "none.woff2", spec)


def test_the_gust_license_is_read_out_of_a_debian_copyright_file(tmp_path: Path) -> None:
    text = "Files: *\nLicense: other\n\nLicense: GUST-Font-License\n First line\n .\n Last line\n"
    (tmp_path / "copyright").write_text(text, encoding="utf-8")
    assert gust_license(tmp_path / "copyright") == "First line\n\nLast line\n"


def test_a_copyright_file_without_the_gust_license_is_refused(tmp_path: Path) -> None:
    (tmp_path / "copyright").write_text("License: other\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no GUST-Font-License paragraph"):
        gust_license(tmp_path / "copyright")
