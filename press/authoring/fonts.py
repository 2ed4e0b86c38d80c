"""Subset the site's fonts.

The subsets under `docs/assets/fonts` are committed; this renews them:

    npm install --prefix .cache/fonts source-serif@4.5.1 @ibm/plex-mono@2.5.0
    apt-get install fonts-texgyre-math
    python -m press.authoring.fonts .cache/fonts/node_modules

Each subset carries a name of its own, because the licenses reserve the originals' names for
unmodified files.

Nothing on a page may move when a font arrives, on no machine. No stand-in can promise that: one
fitted to Times New Roman is wrong where only DejaVu or Noto is, and even the right one breaks
lines elsewhere. So every face says `font-display: optional`: a font that is not there when the
page is first painted is kept for the next page and not swapped in. A page asks at once for the
fonts that it uses (`preload`), so that most first visits have them; where they are late, a font of
the platform stands in for the whole visit, scaled to the size of ours. Tried in Chromium on a
machine with nothing but DejaVu, with fonts that came at once, after 0.2 s, after 1.5 s and never,
at 390 and 1440 px: `swap` shifted pages by up to 0.32, `optional` by 0.

Mathematics cannot do without its font: radicals vanish and fences do not grow. So that one stands
in a style sheet of its own, which pages with formulas load: nothing is painted before it is there.
"""

# ruff: noqa: RUF001 -- characters that look alike are meant, each of them

import argparse
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

TARGET = Path("docs/assets/fonts")
SHEETS = TARGET.parent
DEBIAN = Path("/usr/share")

_EMBEDDED = "data:font/woff2;base64,"

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
    """One font of the site: where it comes from and what it keeps.

    Attributes:
        name: the file, without its suffix.
        family: the name that the font gets.
        source: where the original is.
        characters: those to keep.
        features: the OpenType features to keep.
        axes: where on its axes a variable font is cut.
        system: whether the source is a font of Debian, and not of npm.
        embedded: whether it stands in a style sheet of its own instead of a file.
    """

    name: str
    family: str
    source: str
    characters: str
    features: tuple[str, ...] = ("kern", "liga", "mark", "ccmp", "tnum")
    axes: dict[str, float] = field(default_factory=dict)
    system: bool = False
    embedded: bool = False


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
    Cut("math", "Under Load Math", _MATH, FORMULA, (), system=True, embedded=True),
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


@dataclass(frozen=True)
class StandIn:
    """Fonts of equal widths that stand in on some platforms while ours are late.

    Attributes:
        name: what the style sheet calls them.
        families: as the platforms name them.
        advances: the average advance of each face, by what its name has behind the family's.
    """

    name: str
    families: tuple[str, ...]
    advances: dict[str, float]


# Which fonts platforms have: Windows, macOS and iOS Times New Roman, Linux desktops Liberation,
# Android Noto, a plain Debian DejaVu. The advances are those that `average_advance` finds in Tinos,
# which is as wide as Times and Liberation, in Noto and in DejaVu; that of Times is fitted, because
# it and ours kern: with 0.4016 paragraphs break as in ours more often than with its 0.3972.
SERIF_STAND_INS = (
    StandIn(
        "Times",
        ("Times New Roman", "Liberation Serif"),
        {"": 0.4016, " Bold": 0.4224, " Italic": 0.3989},
    ),
    StandIn("Noto", ("Noto Serif",), {"": 0.4747, " Bold": 0.504, " Italic": 0.4608}),
    StandIn("DejaVu", ("DejaVu Serif",), {"": 0.5086, " Bold": 0.5616, " Italic": 0.5086}),
)
MONO_STAND_INS = (
    StandIn("Menlo", ("Menlo", "DejaVu Sans Mono"), {"": 0.602}),
    StandIn("Consolas", ("Consolas",), {"": 0.5498}),
    StandIn("Liberation", ("Liberation Mono", "Droid Sans Mono", "Courier New"), {"": 0.6001}),
)

# The font of ours, the family of its stand-ins, who they are, which face of theirs, and what the
# rule says of it.
STOOD_IN_FOR = (
    ("serif", "Serif", SERIF_STAND_INS, "", ""),
    ("serif-italic", "Serif", SERIF_STAND_INS, " Italic", "  font-style: italic;\n"),
    ("serif-semibold", "Serif", SERIF_STAND_INS, " Bold", "  font-weight: 600;\n"),
    ("display", "Display", SERIF_STAND_INS, "", ""),
    ("mono", "Mono", MONO_STAND_INS, "", ""),
)


def stand_ins(fonts: Path) -> str:
    """The `@font-face` rules of the fonts that stand in for those in `fonts`."""
    return "".join(
        _stand_in(fonts / f"{name}.woff2", f"{family} by {other.name}", other, suffix, declared)
        for name, family, others, suffix, declared in STOOD_IN_FOR
        for other in others
    )


def _stand_in(ours: Path, family: str, other: StandIn, suffix: str, declared: str) -> str:
    """The rule that makes a face of `other` take the room of our font."""
    with TTFont(ours) as font:
        adjust = average_advance(font) / other.advances[suffix]
        em, head = font["head"].unitsPerEm, font["hhea"]
        ascent, descent = head.ascent / em / adjust, -head.descent / em / adjust
    sources = ", ".join(f'local("{name}{suffix}")' for name in other.families)
    return (
        f'@font-face {{\n  font-family: "{family}";\n{declared}'
        f"  src: {sources};\n  font-display: optional;\n  size-adjust: {adjust:.1%};\n"
        f"  ascent-override: {ascent:.1%};\n  descent-override: {descent:.1%};\n"
        "  line-gap-override: 0%;\n}\n"
    )


def sheet_of(spec: Cut, font: bytes) -> str:
    """A style sheet that holds a font."""
    return (
        f"/* {spec.family}: `python -m press.authoring.fonts` writes it and says why here. */\n"
        f'@font-face {{\n  font-family: "{spec.family}";\n'
        f'  src: url("{_EMBEDDED}{b64encode(font).decode()}") format("woff2");\n}}\n'
    )


def font_of(spec: Cut, root: Path = Path()) -> bytes:
    """The committed subset, from its file or from its style sheet."""
    if not spec.embedded:
        return (root / TARGET / f"{spec.name}.woff2").read_bytes()
    sheet = (root / SHEETS / f"{spec.name}.css").read_text(encoding="utf-8")
    return b64decode(sheet.partition(_EMBEDDED)[2].partition('"')[0])


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
        source = (options.share if spec.system else options.packages) / spec.source
        target = TARGET / f"{spec.name}.woff2"
        cut(source, target, spec)
        print(f"{target}  {target.stat().st_size:,} bytes")
        if spec.embedded:
            sheet = sheet_of(spec, target.read_bytes())
            (SHEETS / f"{spec.name}.css").write_text(sheet, encoding="utf-8")
            target.unlink()
        if spec.name.endswith("-rare"):
            print(f"  unicode-range: {unicode_range(spec.characters)}")
    print(stand_ins(TARGET))
    for name, license_file in LICENSES.items():
        text = (options.packages / license_file).read_text(encoding="utf-8")
        (TARGET / name).write_text(text, encoding="utf-8", newline="\n")
    license_text = gust_license(options.share / "doc/fonts-texgyre-math/copyright")
    (TARGET / "TeXGyrePagellaMath-LICENSE.txt").write_text(license_text, encoding="utf-8")


if __name__ == "__main__":
    main()
