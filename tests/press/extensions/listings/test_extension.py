"""Fences become captioned listings, and every fence that cannot is a problem of its line."""

from __future__ import annotations

import pytest
from markdown.preprocessors import Preprocessor

from tests.press.miniature import Repo, code_text, include

pytestmark = pytest.mark.usefixtures("memo_of_the_run")

PATH = "snippets/pool/sized.py"
MODULE = """\
\"\"\"A pool bounds what the database sees.\"\"\"

import asyncpg

# --8<-- [start:pool]
class Pool:
    # --8<-- [start:acquire]
    async def acquire(self) -> str:
        if 1 < 2:  # [!]
            return "&"  # [1]

        return ""  # why  # [!] [2]
    # --8<-- [end:acquire]
# --8<-- [end:pool]
"""
ACQUIRE = """\
async def acquire(self) -> str:
    if 1 < 2:
        return "&"

    return ""  # why
"""
NOTES = "\n1. The first.\n2. The second.\n"


@pytest.fixture(autouse=True)
def module(repo: Repo) -> None:
    repo.write(PATH, MODULE)


CONTAINERS = {
    "paragraph": ("", ""),
    "list": ("- item\n\n", "    "),
    "list with two spaces": ("- item\n\n", "  "),
    "admonition without a blank line": ("!!! note\n", "    "),
    "quote": ("> said\n>\n", "> "),
    "admonition": ("!!! note\n\n", "    "),
    "details": ('??? note "more"\n\n', "    "),
    "tab": ('=== "One"\n\n', "    "),
    "tab without a blank line": ('=== "One"\n', "    "),
    "admonition in a tab": ('=== "One"\n\n    !!! note\n\n', "        "),
}


def inside(container: tuple[str, str], text: str) -> str:
    opening, indent = container
    return opening + "\n".join(f"{indent}{line}" for line in text.splitlines())


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_a_listing_shows_its_region_in_every_container(
    repo: Repo, container: tuple[str, str]
) -> None:
    page = repo.render(inside(container, include(f"{PATH}:acquire") + NOTES))
    assert repo.problems == []
    (figure,) = page.select("figure.listing")
    assert code_text(figure) == ACQUIRE
    assert page.select("p figure") == []
    assert page.select("figure ~ ol, figure + ol")


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_a_problem_is_named_and_shown_in_every_container(
    repo: Repo, container: tuple[str, str]
) -> None:
    opening, _ = container
    page = repo.render(inside(container, include(f"{PATH}:aquire")))
    problem = (
        f"this page:{opening.count(chr(10)) + 1}: {PATH} has no region "
        '"aquire". Its regions: acquire, pool.'
    )
    assert repo.problems == [problem]
    (shown,) = page.select(".problem")
    assert shown.get_text() == problem
    assert shown["role"] == "alert"


def test_each_line_carries_its_number_in_the_file(repo: Repo) -> None:
    page = repo.render(include(f"{PATH}:acquire") + NOTES)
    lines = page.select("figure > .highlight .line")
    assert [line["data-line"] for line in lines] == ["8", "9", "10", "11", "12"]


def test_marked_lines_and_notes_are_those_of_the_source(repo: Repo) -> None:
    page = repo.render(include(f"{PATH}:acquire") + NOTES)
    marked = page.select("figure > .highlight .line--marked")
    assert [line["data-line"] for line in marked] == ["9", "12"]
    notes = page.select("figure > .highlight .note")
    assert [(note.get_text(), note["aria-label"]) for note in notes] == [
        ("1", "note 1"),
        ("2", "note 2"),
    ]


def test_the_whole_file_unfolds_plain(repo: Repo) -> None:
    page = repo.render(include(f"{PATH}:acquire") + NOTES)
    (whole,) = page.select("details.listing__whole")
    assert code_text(whole).startswith('"""A pool bounds what the database sees."""\n\nimport')
    assert "8<" not in whole.get_text()
    assert whole.select(".note, .line--marked") == []


def test_a_whole_file_does_not_unfold_again(repo: Repo) -> None:
    repo.write("snippets/pool/budget.sql", "SELECT 1;\n")
    page = repo.render(include("snippets/pool/budget.sql", "sql"))
    assert page.select("details.listing__whole") == []
    assert page.select(".listing__lines") == []
    assert code_text(page.select_one("figure")) == "SELECT 1;\n"


def test_a_region_shown_twice_has_two_ids(repo: Repo) -> None:
    page = repo.render(f"{include(f'{PATH}:pool')}{NOTES}\n{include(f'{PATH}:pool')}{NOTES}")
    assert [figure["id"] for figure in page.select("figure")] == [
        "listing-pool-sized-pool",
        "listing-pool-sized-pool-2",
    ]
    assert [link["href"] for link in page.select("a.permalink")] == [
        "#listing-pool-sized-pool",
        "#listing-pool-sized-pool-2",
    ]


def test_ids_are_counted_anew_on_the_next_page(repo: Repo) -> None:
    converter = repo.markdown()
    page = include(f"{PATH}:pool") + NOTES
    assert converter.convert(page) == converter.reset().convert(page)


@pytest.mark.parametrize(
    ("path", "region"), [("snippets/pool/naive_sized.py", ""), (PATH, ":naive_pool")]
)
def test_naive_listings_say_so(repo: Repo, path: str, region: str) -> None:
    repo.write(path, "# --8<-- [start:naive_pool]\nx = 1\n# --8<-- [end:naive_pool]\n")
    page = repo.render(include(f"{path}{region}"))
    assert page.select_one("figure.listing.listing--naive .listing__naive") is not None


def test_other_listings_do_not(repo: Repo) -> None:
    page = repo.render(include(f"{PATH}:pool") + NOTES)
    assert page.select(".listing--naive, .listing__naive") == []


def test_a_fence_nothing_verifies_shows_its_reason(repo: Repo) -> None:
    page = repo.render('```text untested="the dashboard\'s own <wording>"\nSave  as\n```')
    assert repo.problems == []
    (figure,) = page.select("figure.listing--untested")
    assert code_text(figure) == "Save  as\n"
    assert page.select_one("figcaption .listing__untested").get_text() == (  # type: ignore[union-attr]
        "not tested: the dashboard's own <wording>"
    )


def test_an_include_can_be_written_about(repo: Repo) -> None:
    page = repo.render('````markdown untested="how to"\n```python\n;--8<-- "a.py:b"\n```\n````')
    assert repo.problems == []
    assert '--8<-- "a.py:b"' in page.select_one("pre").get_text()  # type: ignore[union-attr]


def test_code_is_scrollable_by_keyboard_and_the_copy_button_waits_for_its_script(
    repo: Repo,
) -> None:
    page = repo.render(include(f"{PATH}:acquire") + NOTES)
    assert {pre["tabindex"] for pre in page.select("pre")} == {"0"}
    (button,) = page.select("button.copy")
    assert button.has_attr("hidden")


def test_nothing_on_the_page_needs_an_inline_style_or_script(repo: Repo) -> None:
    page = repo.render(include(f"{PATH}:acquire") + NOTES)
    assert page.select("[style], style, script, [onclick]") == []


def test_indented_text_is_no_way_around_the_fences(repo: Repo) -> None:
    assert repo.render("Text.\n\n    import os\n").select("pre") == []


WIDE = f"x = {'1' * 69}\n"

MARKED = {
    "snippets/marks/late.py": "# --8<-- [start:r]\nx = 1  # why  # [!]\ny = 2  # why [!]\n"
    "# --8<-- [end:r]\n",
    "snippets/marks/early.py": "# --8<-- [start:r]\nx = 1\n# --8<-- [end:r]\ny = 2  # [!] why\n",
}
PROBLEMS = {
    "unknown file": (
        include("snippets/pool/size.py:pool"),
        "1: there is no file snippets/pool/size.py. Did you mean snippets/pool/sized.py?",
    ),
    "unknown file like none": (
        include("snippets/pool/xyz.rb:pool"),
        "1: there is no file snippets/pool/xyz.rb. Beside it are snippets/pool/sized.py, "
        "snippets/pool/wide.py.",
    ),
    "unknown directory": (
        include("snippets/qqq"),
        "1: there is no file snippets/qqq. Write its path from the root: "
        '"snippets/pool/lifespan.py:region".',
    ),
    "a directory": (
        include("snippets/pool"),
        "1: there is no file snippets/pool. Write its path from the root: "
        '"snippets/pool/lifespan.py:region".',
    ),
    "outside": (
        include("lab/source.py:hash"),
        '1: "lab/source.py" is not under snippets/. Move it to snippets/, where tests run it.',
    ),
    "outside by detour": (
        include("snippets/../lab/source.py"),
        '1: "snippets/../lab/source.py" is not under snippets/. Move it to snippets/, where '
        "tests run it.",
    ),
    "line numbers": (
        include(f"{PATH}:12:40"),
        f'1: "{PATH}:12:40" counts lines, and lines move. Put "# --8<-- [start:name]" and '
        f'"# --8<-- [end:name]" around them and include "{PATH}:name".',
    ),
    "one line number": (
        include(f"{PATH}:3"),
        f'1: "{PATH}:3" counts lines, and lines move. Put "# --8<-- [start:name]" and '
        f'"# --8<-- [end:name]" around them and include "{PATH}:name".',
    ),
    "unknown region": (
        include(f"{PATH}:lifespan"),
        f'1: {PATH} has no region "lifespan". Its regions: acquire, pool.',
    ),
    "too wide": (
        include("snippets/pool/wide.py:r"),
        "1: snippets/pool/wide.py is wider than 72 columns on lines 2, 4. Break what is too wide.",
    ),
    "a marker among the words of a comment": (
        include("snippets/marks/late.py:r"),
        "1: snippets/marks/late.py:3 has [!] among other words of a comment. Put it at the end "
        'of the line, in a comment of its own: "# why  # [!]".',
    ),
    "a marker before the words of a comment, where only the whole file shows it": (
        include("snippets/marks/early.py:r"),
        "1: snippets/marks/early.py:4 has [!] among other words of a comment. Put it at the end "
        'of the line, in a comment of its own: "# why  # [!]".',
    ),
    "a marker in the page": (
        '```python untested="long"\nx = 1\ny = 2  # [!]\n```',
        "1: line 3 of the page has [!], which readers would see. Delete it: only lines of an "
        "included file are highlighted.",
    ),
    "inline": (
        "```python\nprint(1)\n```",
        "1: a listing that nothing runs. Move it to snippets/ and include it, or say why not: "
        'untested="reason".',
    ),
    "inline without a language": (
        "```\nprint(1)\n```",
        "1: a listing that nothing runs. Move it to snippets/ and include it, or say why not: "
        'untested="reason".',
    ),
    "mixed": (
        f'```python\nimport os\n--8<-- "{PATH}:pool"\n```',
        "1: an include with other text in its fence. Give it a fence of its own.",
    ),
    "two includes": (
        f'```python\n--8<-- "{PATH}:pool"\n--8<-- "{PATH}:acquire"\n```',
        "1: an include with other text in its fence. Give it a fence of its own.",
    ),
    "a block of includes": (
        f"```python\n--8<--\n{PATH}\n--8<--\n```",
        "1: an include with other text in its fence. Give it a fence of its own.",
    ),
    "outside a fence": (
        f'Text.\n\n--8<-- "{PATH}:pool"\n',
        "3: an include outside a fence. Put it alone in a fence of its own.",
    ),
    "never closed": (
        f'Text.\n\n```python\n--8<-- "{PATH}:pool"\n',
        '3: a fence that never ends. Close it with "```", and indent each of its lines as much '
        "as its first.",
    ),
    "a line outside the indentation": (
        f'- item\n\n    ```python\n  --8<-- "{PATH}:pool"\n    ```\n',
        '3: a fence that never ends. Close it with "```", and indent each of its lines as much '
        "as its first.",
    ),
    "a header nobody reads": (
        f'```python hl-lines="3"\n--8<-- "{PATH}:pool"\n```',
        '1: the header of the fence is not understood: "python hl-lines="3"". Write the '
        'language, and options as name="value".',
    ),
    "an option nobody knows": (
        f'```python hl_lines="3"\n--8<-- "{PATH}:pool"\n```',
        '1: a fence has no option "hl_lines". It may say untested="reason", or run="here"; '
        'highlighted lines end with "# [!]" in the source.',
    ),
    "untested without a reason": (
        "```text untested\nSave as\n```",
        '1: untested without a reason. Say why nothing verifies it: untested="reason".',
    ),
    "untested include": (
        f'```python untested="slow"\n--8<-- "{PATH}:pool"\n```',
        '1: an included listing with the option "untested". Tests run what is included: remove '
        "the option.",
    ),
    "executed include": (
        f'```python exec="true"\n--8<-- "{PATH}:pool"\n```',
        '1: an included listing with the option "exec". Tests run what is included: remove '
        "the option.",
    ),
    "an include inside what draws": (
        f'```python exec="true"\nprint(1)\n--8<-- "{PATH}:pool"\n```',
        "1: an include with other text in its fence. Give it a fence of its own.",
    ),
    "executed shell": (
        '```bash exec="true"\nls\n```',
        '1: a fence in "bash" is not executed. Only python draws, with exec.',
    ),
    "no language": (
        include(f"{PATH}:pool", language=""),
        "1: a listing without a language. Write it behind the backticks that open the fence.",
    ),
    "a language nobody knows": (
        '```pyhton untested="a typo"\nprint(1)\n```',
        '1: unknown language "pyhton". Did you mean python?',
    ),
    "text above": (
        f"Text.\n{include(f'{PATH}:pool')}{NOTES}",
        "2: text right above a fence. Put a blank line between them.",
    ),
    "text above in a list": (
        f'- item\n    ```python\n    --8<-- "{PATH}:pool"\n    ```\n',
        "2: text right above a fence. Put a blank line between them.",
    ),
    "text below": (
        f"{include(f'{PATH}:pool')}Text.\n",
        "1: text right below a fence. Put a blank line between them.",
    ),
    "text below in a quote": (
        "> " + include(f"{PATH}:pool").replace("\n", "\n> ") + "Text.\n",
        "1: text right below a fence. Put a blank line between them.",
    ),
    "notes without a list": (
        include(f"{PATH}:acquire"),
        f'1: region "acquire" of {PATH} has 2 notes and the ordered list below the listing '
        "explains 0. Write one item a note, right below the fence.",
    ),
    "more notes than items": (
        f"{include(f'{PATH}:acquire')}\n1. One.\n\n    More of it.\n\nText.\n\n2. Two.",
        f'1: region "acquire" of {PATH} has 2 notes and the ordered list below the listing '
        "explains 1. Write one item a note, right below the fence.",
    ),
}


@pytest.mark.parametrize(("page", "problem"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_what_an_author_does_wrong_is_named_with_its_line_and_remedy(
    repo: Repo, page: str, problem: str
) -> None:
    repo.write("snippets/pool/wide.py", f"# --8<-- [start:r]\n{WIDE}# --8<-- [end:r]\n{WIDE}")
    for name, text in MARKED.items():
        repo.write(name, text)
    rendered = repo.render(page)
    assert repo.problems == [f"this page:{problem}"]
    assert [shown.get_text() for shown in rendered.select(".problem")] == [f"this page:{problem}"]


def test_a_region_is_at_most_thirty_lines_long(repo: Repo) -> None:
    region = "# --8<-- [start:r]\n{}# --8<-- [end:r]\n"
    repo.write(PATH, region.format("x = 1\n" * 30))
    repo.render(include(f"{PATH}:r"))
    assert repo.problems == []
    repo.write(PATH, region.format("x = 1\n" * 31))
    page = repo.render(include(f"{PATH}:r"))
    assert repo.problems == [
        f'this page:1: region "r" of {PATH} is 31 lines long and the limit is 30. '
        "Mark a smaller region."
    ]
    assert len(page.select("figure > .highlight .line")) == 31


def test_a_file_shown_whole_is_at_most_thirty_lines_long(repo: Repo) -> None:
    repo.write(PATH, "x = 1\n" * 31)
    repo.render(include(PATH))
    assert repo.problems == [
        f"this page:1: {PATH} is 31 lines long and the limit is 30. Include a region of it."
    ]


def test_a_module_is_at_most_ninety_lines_long(repo: Repo) -> None:
    region = "# --8<-- [start:r]\nx = 1\n# --8<-- [end:r]\n"
    repo.write(PATH, region + "x = 1\n" * 89)
    repo.render(include(f"{PATH}:r"))
    assert repo.problems == []
    repo.write(PATH, region + "x = 1\n" * 90)
    repo.render(include(f"{PATH}:r"))
    assert repo.problems == [
        f"this page:1: {PATH} is 91 lines long and the limit is 90. Split it: one idea a module."
    ]


def test_modules_of_the_backend_grow_with_the_series(repo: Repo) -> None:
    path = "snippets/backend/app.py"
    repo.write(path, "# --8<-- [start:r]\nx = 1\n# --8<-- [end:r]\n" + "x = 1\n" * 200)
    repo.render(include(f"{path}:r"))
    assert repo.problems == []


def test_the_backend_has_more_columns(repo: Repo) -> None:
    path = "snippets/backend/app.py"
    repo.write(path, f"# --8<-- [start:r]\nx = {'1' * 96}\n# --8<-- [end:r]\n")
    repo.render(include(f"{path}:r"))
    assert repo.problems == []
    repo.write(path, f"# --8<-- [start:r]\nx = {'1' * 97}\n# --8<-- [end:r]\n")
    repo.render(include(f"{path}:r"))
    assert repo.problems == [
        f"this page:1: {path} is wider than 100 columns on line 2. Break what is too wide."
    ]


def test_marks_do_not_count_as_columns(repo: Repo) -> None:
    repo.write(PATH, f"x = {'1' * 68}  # [!]\n")
    repo.render(include(PATH))
    assert repo.problems == []


def test_all_limits_that_a_listing_breaks_are_named(repo: Repo) -> None:
    repo.write(PATH, f"{WIDE}" + "x = 1\n" * 90)
    repo.render(include(PATH))
    assert len(repo.problems) == 3


def test_a_page_names_all_its_problems_and_shows_the_rest(repo: Repo) -> None:
    page = repo.render(
        f"{include(f'{PATH}:a')}\n{include(f'{PATH}:pool')}{NOTES}\n{include(f'{PATH}:b')}"
    )
    assert [problem.split()[1] for problem in repo.problems] == ["page:1:", "page:12:"]
    assert len(page.select("figure.listing")) == 1


def test_a_binary_file_is_a_problem(repo: Repo) -> None:
    (repo.root / "snippets/pool/photo.png").write_bytes(b"\x89PNG\xff")
    repo.render(include("snippets/pool/photo.png", "text"))
    assert repo.problems == ["this page:1: snippets/pool/photo.png is not UTF-8. Save it as UTF-8."]


def test_an_empty_file_is_a_problem(repo: Repo) -> None:
    repo.write(PATH, "\n\n")
    repo.render(include(PATH))
    assert repo.problems == [f"this page:1: {PATH} is empty. Write the listing."]


def test_a_page_recovers_when_its_source_is_mended(repo: Repo) -> None:
    page = include(f"{PATH}:size")
    assert repo.render(page).select(".problem")
    repo.write(PATH, "# --8<-- [start:size]\nx = 1\n# --8<-- [end:size]\n")
    fixed = repo.render(page)
    assert fixed.select(".problem") == []
    assert code_text(fixed.select_one("figure")) == "x = 1\n"
    assert len(repo.problems) == 1
    repo.write(PATH, "# --8<-- [start:size]\nx = 2\n# --8<-- [end:size]\n")
    assert code_text(repo.render(page).select_one("figure")) == "x = 2\n"


def test_a_fence_that_another_extension_writes_is_a_problem(repo: Repo) -> None:
    converter = repo.markdown()

    class Writer(Preprocessor):  # type: ignore[misc]  # the library has no types
        def run(self, lines: list[str]) -> list[str]:
            return [*lines, "", "```python", "print(1)", "```"]

    converter.preprocessors.register(Writer(converter), "writer", 26)
    html = converter.convert("Text.")
    assert "print" not in html
    assert repo.problems == [
        'this page: a fence in "python" that nothing verifies. Write it in the page itself, as '
        'an include or with untested="reason".'
    ]
