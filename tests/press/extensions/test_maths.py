"""Formulas become MathML; one that cannot is a problem of its line."""

from __future__ import annotations

import pytest

from tests.press.miniature import Repo


def test_a_formula_in_a_sentence_becomes_mathml(repo: Repo) -> None:
    page = repo.render(r"Little's law is $N = X \cdot R$.")
    math = page.select_one("p > span.math > math")
    assert math is not None
    assert math.get_text() == "N=X\N{DOT OPERATOR}R"
    assert math.get("display") is None
    assert r"\cdot" not in page.get_text()


def test_a_formula_on_its_own_is_displayed_and_can_be_scrolled_by_keyboard(repo: Repo) -> None:
    page = repo.render("$$\n\\frac{a}{b} < c\n$$")
    block = page.select_one("div.math")
    assert block is not None
    assert block["tabindex"] == "0"
    math = block.select_one("math")
    assert math is not None
    assert math["display"] == "block"
    assert math.select_one("mfrac") is not None


def test_the_tex_is_kept_as_alternative_text(repo: Repo) -> None:
    page = repo.render("$$\n\\begin{aligned}\na &< b \\\\\n  &= c\n\\end{aligned}\n$$")
    math = page.select_one("math")
    assert math is not None
    assert math["alttext"] == r"\begin{aligned} a &< b \\ &= c \end{aligned}"


@pytest.mark.parametrize(
    "tex",
    [
        "\\begin{aligned}\na &= b \\\\\n  &= c\n\\end{aligned}",
        "\\begin{cases}\n1 & x > 0 \\\\\n0 & x = 0\n\\end{cases}",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"P_w = \frac{\frac{a^c}{c!} \frac{c}{c - a}}{\sum_{k=0}^{c-1} \frac{a^k}{k!}}",
    ],
)
def test_no_formula_carries_an_inline_style(repo: Repo, tex: str) -> None:
    page = repo.render(f"$$\n{tex}\n$$")
    assert len(page.select("math")) == 1
    assert page.select("[style]") == []
    assert repo.problems == []


def test_columns_are_aligned_by_classes(repo: Repo) -> None:
    page = repo.render("$$\n\\begin{aligned}\na &= b\n\\end{aligned}\n$$")
    assert [cell["class"] for cell in page.select("mtd")] == [
        ["math-right", "math-flush-right"],
        ["math-left", "math-flush-left"],
    ]


def test_delimiters_that_stretch_are_a_row_around_what_they_fence(repo: Repo) -> None:
    page = repo.render("$$\n\\left(\\frac{a}{b}\\right)\n$$")
    assert [str(row) for row in page.select("mrow")] == [
        "<mrow><mo>(</mo><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>)</mo></mrow>"
    ]


def test_a_formula_in_code_stays_code(repo: Repo) -> None:
    page = repo.render("The source is `$\\foo$`.")
    assert page.select("math") == []
    assert repo.problems == []


BROKEN = {
    "unknown command": (
        "Text.\n\nThe rate $\\foo{x}$ is unknown.",
        r'this page:3: a formula that is not understood at "\foo{x}": Unknown command "\foo". '
        "Fix its TeX.",
    ),
    "unfinished": (
        "$$\na = \\frac{b}\n$$",
        "this page:2: a formula that is not understood: Expected argument but reached end of "
        "input. Fix its TeX.",
    ),
    "the broken line of several": (
        "$a$\n\n!!! note\n\n    $$\n    \\begin{aligned}\n    a &= b \\\\\n    c &= \\foo\n"
        "    \\end{aligned}\n    $$",
        r'this page:8: a formula that is not understood at "\foo": Unknown command "\foo". '
        "Fix its TeX.",
    ),
    "in a table": (
        "| a |\n|---|\n| $\\foo$ |",
        r'this page:3: a formula that is not understood at "\foo": Unknown command "\foo". '
        "Fix its TeX.",
    ),
    "a color": (
        "$\\color{red} x$",
        'this page:1: a formula that needs the inline style "color:#FF0000". Write it without '
        "colors, rules and negative spaces: pages allow no inline styles.",
    ),
}


@pytest.mark.parametrize(("page", "problem"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_formula_is_a_problem_of_its_line(repo: Repo, page: str, problem: str) -> None:
    rendered = repo.render(page)
    assert repo.problems == [problem]
    assert [shown.get_text() for shown in rendered.select(".problem")] == [problem]


def test_a_formula_broken_twice_is_reported_where_it_stands_each_time(repo: Repo) -> None:
    repo.render("$\\foo$\n\n`$\\foo$`\n\n$\\foo$")
    places = [problem.partition(": ")[0] for problem in repo.problems]
    assert places == ["this page:1", "this page:5"]
