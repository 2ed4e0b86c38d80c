"""Subset the site's fonts.

The subsets under `docs/assets/fonts` are committed; this renews them:

    npm install --prefix .cache/fonts source-serif@4.5.1 @ibm/plex-mono@2.5.0
    apt-get install fonts-texgyre-math
    python -m press.authoring.fonts .cache/fonts/node_modules

Each subset carries a name of its own, because the licenses reserve the originals' names for
unmodified files.
"""

# ruff: noqa: RUF001 -- characters that look alike are meant, each of them

import argparse
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

TARGET = Path("docs/assets/fonts")
DEBIAN = Path("/usr/share")

ASCII = "".join(map(chr, range(0x20, 0x7F)))
PUNCTUATION = "\u00a0\u2009\u202f–—‘’“”…†•·′″"
OPERATORS = "−×±≈≠≤≥∞→°µ"

# What every page may hold, and what a page fetches in a file of its own when it does hold it.
PROSE = ASCII + PUNCTUATION + OPERATORS
RARE = "".join(sorted({chr(code) for code in range(0xA1, 0x100)} - set(PROSE))) + (
    "\u2011‚„‹›€←↑↓↗μλρσ√"
)
CODE = ASCII + "\u00a0§°±µ·×éöü–—‘’“”…•−≈≠≤≥∞→←↔✓─│┌┐└┘├┤┬┴┼"

# Browsers draw <mi>x</mi> with the mathematical italics; upright words in a formula are set in the
# serif. No file may name the letters in its unicode-range: browsers would fetch it for each <mi>.
# What grows with what it encloses must be in the first file: browsers grow no glyph of a second.
ITALICS = "".join(chr(0x1D434 + i) for i in range(52) if i != 33) + "ℎ"
GREEK = "".join(chr(0x1D6FC + i) for i in range(25))
FORMULA = " \u00a0\u2009\u20610123456789()[]{}|⌈⌉⌊⌋√∑∏¯+=<>,.:;!%/*-−×±·≤≥≈→∞′" + ITALICS + GREEK
RARE_FORMULA = "~^_&#?@\\\u0302\u0304\u0305ΓΔΘΛΞΠΣΦΨΩ∂∝÷⋅∗≠≡≪≫∼←⇒∈∉∅∩∪⊂⊆¬∧∨∀∃…⋯∫⟨⟩‖ˆ˜"


@dataclass(frozen=True)
class Cut:
    """One font file of the site: where it comes from and what it keeps."""

    name: str
    family: str
    source: str
    characters: str
    features: tuple[str, ...] = ("kern", "liga", "mark", "ccmp", "tnum")
    axes: dict[str, float] = field(default_factory=dict)
    system: bool = False


_SERIF = "source-serif/TTF/SourceSerif4"
_VARIABLE = "source-serif/VAR/SourceSerif4Variable-Roman.ttf"
_MONO = "@ibm/plex-mono/fonts/complete/woff2/IBMPlexMono"
_MATH = "texmf/fonts/opentype/public/tex-gyre-math/texgyrepagella-math.otf"

CUTS = (
    Cut("serif", "Under Load Serif", f"{_SERIF}-Regular.ttf", PROSE),
    Cut("serif-rare", "Under Load Serif", f"{_SERIF}-Regular.ttf", RARE),
    Cut("serif-italic", "Under Load Serif Italic", f"{_SERIF}-It.ttf", PROSE),
    Cut("serif-semibold", "Under Load Serif Semibold", f"{_SERIF}-Semibold.ttf", PROSE),
    # The optical size for headings, a little heavier than regular so that it also holds at 23 px.
    Cut("display", "Under Load Display", _VARIABLE, PROSE, axes={"opsz": 60, "wght": 460}),
    Cut("mono", "Under Load Mono", f"{_MONO}-Regular.woff2", CODE, ("ccmp",)),
    # Without the script variants ("ssty") these are half the size.
    Cut("math", "Under Load Math", _MATH, FORMULA, (), system=True),
    Cut("math-rare", "Under Load Math", _MATH, RARE_FORMULA, (), system=True),
)

LICENSES = {
    "SourceSerif4-LICENSE.txt": "source-serif/LICENSE.md",
    "IBMPlexMono-LICENSE.txt": "@ibm/plex-mono/LICENSE.txt",
}


def cut(source: Path, target: Path, spec: Cut) -> None:
    """Write the subset of `source` that `spec` describes, as WOFF2.

    Raises:
        fontTools.subset.Subsetter.MissingUnicodesSubsettingError: the source lacks a character.
    """
    options = subset.Options(
        layout_features=list(spec.features),
        hinting=False,
        desubroutinize=True,
        notdef_outline=True,
        ignore_missing_unicodes=False,
        bidi_closure=False,
        name_IDs=[0, 1, 2, 4, 6],  # the license stands beside the file
        drop_tables=[*subset.Options().drop_tables, "FFTM"],
    )
    with subset.load_font(str(source), options) as font:
        if spec.axes:
            instantiateVariableFont(font, spec.axes, inplace=True)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=spec.characters)
        subsetter.subset(font)
        _rename(font, spec.family)
        font.flavor = "woff2"
        font.save(target)


def _rename(font: TTFont, family: str) -> None:
    """Give a subset its own name; the copyright record stays."""
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = family
        elif record.nameID == 6:
            record.string = family.replace(" ", "")
    if "CFF " in font:
        font["CFF "].cff.fontNames = [family.replace(" ", "")]


def unicode_range(characters: str) -> str:
    """The characters as the `unicode-range` of a font face."""
    codes = sorted(map(ord, set(characters)))
    first = [code for code in codes if code - 1 not in codes]
    last = [code for code in codes if code + 1 not in codes]
    spans = zip(first, last, strict=True)
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in spans)


def average_advance(font: TTFont) -> float:
    """Mean advance of English text in em: what decides where lines break."""
    order, glyphs, em = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
    total = sum(weight for weight in _FREQUENCY.values())
    advance = sum(weight * glyphs[order[ord(c)]][0] for c, weight in _FREQUENCY.items())
    return float(advance / total / em)


# Occurrences per thousand characters of English prose, space included.
_FREQUENCY = {
    " ": 180, "e": 104, "t": 74, "a": 67, "o": 62, "i": 57, "n": 57, "s": 52, "h": 50,
    "r": 49, "d": 35, "l": 33, "u": 23, "c": 23, "m": 20, "w": 19, "f": 18, "g": 16,
    "y": 16, "p": 16, "b": 12, "v": 8, "k": 6, ",": 10, ".": 10,
}  # fmt: skip

# The same mean of Times New Roman, which most systems have and which stands in until our fonts
# arrive. Fitted, because both fonts kern: with it the 710 paragraphs and 242 titles of the site, at
# several widths, break into as many lines as in ours but for 36 times; with the mean of its
# advances, 0.3972, but for 42, most of them longer. Measured on Liberation Serif, of equal widths.
_TIMES = 0.4016


def fallback_descriptors(font: TTFont) -> dict[str, float]:
    """The `@font-face` percentages that make Times New Roman take the room of `font`."""
    adjust = average_advance(font) / _TIMES
    em = font["head"].unitsPerEm
    return {
        "size-adjust": round(100 * adjust, 1),
        "ascent-override": round(100 * font["hhea"].ascent / em / adjust, 1),
        "descent-override": round(-100 * font["hhea"].descent / em / adjust, 1),
    }


def gust_license(copyright_file: Path) -> str:
    """The GUST Font License out of a Debian copyright file, as plain text."""
    text = copyright_file.read_text(encoding="utf-8")
    body = re.search(r"^License: GUST-Font-License\n((?:[ \t].*\n)+)", text, re.MULTILINE)
    if body is None:
        raise ValueError(f"{copyright_file}: no GUST-Font-License paragraph")
    lines = (line[1:] for line in body[1].splitlines())
    return "\n".join("" if line == "." else line for line in lines) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Write every subset and its license; print what the style sheet says of it."""
    parser = argparse.ArgumentParser(prog="python -m press.authoring.fonts", description=__doc__)
    parser.add_argument("packages", type=Path, help="the node_modules that holds the sources")
    parser.add_argument("--share", type=Path, default=DEBIAN, help="where Debian's fonts are")
    options = parser.parse_args(arguments)
    TARGET.mkdir(parents=True, exist_ok=True)
    for spec in CUTS:
        target = TARGET / f"{spec.name}.woff2"
        cut((options.share if spec.system else options.packages) / spec.source, target, spec)
        print(f"{target}  {target.stat().st_size:,} bytes")
        if spec.name in ("serif", "display"):
            with TTFont(target) as font:
                print(f"  Times New Roman until then: {fallback_descriptors(font)}")
        if spec.name.endswith("-rare"):
            print(f"  unicode-range: {unicode_range(spec.characters)}")
    for name, source in LICENSES.items():
        shutil.copyfile(options.packages / source, TARGET / name)
    license_text = gust_license(options.share / "doc/fonts-texgyre-math/copyright")
    (TARGET / "TeXGyrePagellaMath-LICENSE.txt").write_text(license_text, encoding="utf-8")


if __name__ == "__main__":
    main()
