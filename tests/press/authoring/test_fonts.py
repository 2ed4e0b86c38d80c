"""The committed subsets hold what pages need, and the style sheets describe them truly."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont

from press.authoring.fonts import (
    CUTS,
    LICENSES,
    RARE,
    RARE_FORMULA,
    TARGET,
    Cut,
    cut,
    fallback_descriptors,
    gust_license,
    unicode_range,
)

ROOT = Path(__file__).parents[3]
FONTS = ROOT / TARGET
STYLES = "\n".join((FONTS.parent / name).read_text() for name in ("style.css", "article.css"))


def font(name: str) -> TTFont:
    return TTFont(FONTS / f"{name}.woff2")


def face(name: str) -> str:
    """The `@font-face` rule that mentions `name`."""
    rules: list[str] = re.findall(r"@font-face \{[^}]*\}", STYLES)
    return next(rule for rule in rules if name in rule)


@pytest.mark.parametrize("spec", CUTS, ids=lambda spec: spec.name)
def test_a_subset_holds_its_characters_and_no_others(spec: Cut) -> None:
    with font(spec.name) as subset:
        assert set(map(chr, subset.getBestCmap())) == set(spec.characters)


@pytest.mark.parametrize("spec", CUTS, ids=lambda spec: spec.name)
def test_a_subset_is_used_by_a_style_sheet(spec: Cut) -> None:
    assert face(f"fonts/{spec.name}.woff2")


def test_no_other_font_is_published() -> None:
    assert {path.stem for path in FONTS.glob("*.woff2")} == {spec.name for spec in CUTS}


@pytest.mark.parametrize("spec", CUTS, ids=lambda spec: spec.name)
def test_a_subset_does_not_bear_the_reserved_name_of_its_source(spec: Cut) -> None:
    with font(spec.name) as subset:
        names = [record.toUnicode() for record in subset["name"].names if record.nameID in (1, 4)]
    assert set(names) == {spec.family}


def test_the_licenses_lie_beside_the_fonts() -> None:
    for name in [*LICENSES, "TeXGyrePagellaMath-LICENSE.txt"]:
        assert "License" in (FONTS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("sign", "()[]{}√∑∏")
def test_what_grows_in_a_formula_has_its_larger_forms(sign: str) -> None:
    with font("math") as subset:
        variants = subset["MATH"].table.MathVariants
        assert subset.getBestCmap()[ord(sign)] in variants.VertGlyphCoverage.glyphs


@pytest.mark.parametrize(("name", "characters"), [("serif", RARE), ("math", RARE_FORMULA)])
def test_rare_characters_are_fetched_only_by_pages_that_hold_them(
    name: str, characters: str
) -> None:
    assert f"unicode-range: {unicode_range(characters)};" in face(f"fonts/{name}-rare.woff2")


@pytest.mark.parametrize(("name", "family"), [("serif", "Serif"), ("display", "Display")])
def test_the_font_that_stands_in_takes_the_same_room(name: str, family: str) -> None:
    rule = face(f'"{family} until then"')
    with font(name) as subset:
        for descriptor, value in fallback_descriptors(subset).items():
            assert f"{descriptor}: {value:g}%;" in rule


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
