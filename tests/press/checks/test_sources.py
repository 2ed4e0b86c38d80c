"""The checks of a whole repository: everything that is wrong, found without a build."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from press.checks.sources import check_sources
from tests.press import records
from tests.press.miniature import BODY, NOW, article, repository, write

POST = "docs/posts/pool.md"
SERIES = "Scalable backends"
HEADLINE = {"measurement": "pool-sizing", "quantity": "speedup", "label": "requests served"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path)


def said(root: Path, now: datetime.datetime = NOW) -> list[str]:
    return [str(finding) for finding in check_sources(root, now)]


def line_of(root: Path, text: str, path: str = POST) -> int:
    """The line of a file that begins with a text."""
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    return next(at for at, line in enumerate(lines, 1) if line.strip().startswith(text))


def test_a_repository_without_fault_passes(root: Path) -> None:
    records.write(root, records.record(root))
    write(root, POST, article(draft=None, headline=HEADLINE))

    assert said(root) == []


@pytest.mark.parametrize(
    ("key", "names", "expected"),
    [
        (
            "categories",
            ["C", "C#"],
            "'C' and 'C#' in 'extra.categories' have one address, category/c/. "
            "Rename one of the two.",
        ),
        ("tags", ["a b", "A b!"], "'a b' and 'A b!' in 'extra.tags' have one address, tags/a-b/."),
        ("tags", ["?!"], "'?!' in 'extra.tags' makes no address. Give it a letter or a digit."),
    ],
)
def test_each_category_and_each_tag_has_an_address_of_its_own(
    root: Path, key: str, names: list[str], expected: str
) -> None:
    settings = (root / "mkdocs.yml").read_text(encoding="utf-8")
    settings = re.sub(rf"(?m)^  {key}: .*$", f"  {key}: {json.dumps(names)}", settings)
    write(root, "mkdocs.yml", settings)

    (message,) = said(root)
    assert message.startswith(f"mkdocs.yml:{line_of(root, f'{key}: [', 'mkdocs.yml')}: {expected}")


def test_what_is_wrong_in_several_files_is_listed_whole_and_in_order(root: Path) -> None:
    write(root, "docs/posts/b.md", "Text.\n")
    write(root, "docs/posts/a.md", article("It is simply there.\n", slug="A", tags=["asyncpgg"]))

    assert [message.partition(". ")[0] for message in said(root)] == [
        "docs/posts/a.md:6: 'slug' is 'A'",
        "docs/posts/a.md:14: 'simply' was not measured",
        "docs/posts/b.md:1: no front matter",
    ]


def test_html_that_passes_for_a_listing_is_found_on_every_kind_of_page(root: Path) -> None:
    write(root, POST, article(f"{BODY}\n<pre>SELECT 1</pre>\n"))
    write(root, "docs/search.md", "---\ntitle: Search\n---\n\n<pre>SELECT 1</pre>\n")

    assert [message.partition(":")[0] for message in said(root) if "<pre>" in message] == [
        POST,
        "docs/search.md",
    ]


@pytest.mark.parametrize(
    ("key", "name", "expected"),
    [
        (
            "tags",
            "asyncpgg",
            "unknown name 'asyncpgg' in 'tags'. Did you mean asyncpg or asyncio? ",
        ),
        ("tags", "zebra", "unknown name 'zebra' in 'tags'. There is: asyncio, asyncpg, "),
        ("categories", "Conections", "unknown name 'Conections' in 'categories'. Did you mean Con"),
        ("authors", "Me", "unknown name 'Me' in 'authors'. There is: The Under Load authors. "),
    ],
)
def test_an_unknown_name_is_refused_with_those_that_exist(
    root: Path, key: str, name: str, expected: str
) -> None:
    write(root, POST, article(**{key: [name]}))

    (message,) = said(root)
    assert message.startswith(f"{POST}:{line_of(root, f'- {name}')}: {expected}")
    assert message.endswith(f" If it is new, add it under extra.{key} in mkdocs.yml.")


def test_an_unknown_series_is_refused_with_those_that_exist(root: Path) -> None:
    write(root, POST, article(series={"name": "Scalable backend", "part": 1}))

    (message,) = said(root)
    assert message.startswith(f"{POST}:{line_of(root, 'name:')}: unknown name 'Scalable backend'")
    assert f"There is: {SERIES}." in message


def test_tags_of_other_pages_are_held_to_the_same_list(root: Path) -> None:
    write(root, "docs/about.md", "---\ntags: [asyncpgg]\n---\n")

    (message,) = said(root)
    assert message.startswith("docs/about.md:2: unknown name 'asyncpgg' in 'tags'.")


def test_an_article_without_a_measured_number_is_refused_unless_it_is_a_draft(root: Path) -> None:
    write(root, POST, article(draft=None))

    assert said(root) == [
        f"{POST}:1: an article earns its place with a measured number, and this one has none. "
        "Add headline: {measurement: …, quantity: …, label: …}, or draft: true."
    ]

    write(root, POST, article(draft=True))
    assert said(root) == []


@pytest.mark.parametrize(
    ("key", "named", "expected"),
    [
        ("measurement", "pool-sizes", "no measurement is named 'pool-sizes'. Did you mean pool-si"),
        ("quantity", "speed", "no quantity is named 'speed' in measurement 'pool-sizing'. Did you"),
    ],
)
def test_a_headline_that_was_never_measured_is_refused_with_what_was(
    root: Path, key: str, named: str, expected: str
) -> None:
    records.write(root, records.record(root))
    write(root, POST, article(headline={**HEADLINE, key: named}) + "\n[[pool-sizing.speedup]]\n")

    (message,) = said(root)
    assert message.startswith(f"{POST}:{line_of(root, f'{key}:')}: {expected}")


def test_a_cover_that_does_not_exist_is_refused(root: Path) -> None:
    write(root, POST, article(cover="assets/pool.png", cover_alt="A queue"))

    (message,) = said(root)
    assert message.startswith(f"{POST}:{line_of(root, 'cover')}: docs/assets/pool.png does not ")

    Image.new("RGB", (1200, 630)).save(root / "docs/assets/pool.png")
    assert said(root) == []


CREATED, LATER = datetime.date(2026, 11, 1), datetime.date(2026, 11, 9)
CHANGE = {"date": LATER, "text": "It said ten and says twelve."}


@pytest.mark.parametrize(
    ("keys", "at", "expected"),
    [
        (
            {"date": {"created": CREATED, "updated": LATER}},
            "updated:",
            "'date.updated' is set, and no correction says what changed. "
            "Add corrections, a list, with {date: 2026-11-09, text: …}.",
        ),
        (
            {"date": {"created": CREATED}, "corrections": [CHANGE]},
            "corrections:",
            "the last correction is of 2026-11-09, and 'date.updated' is missing. "
            "Set date.updated to 2026-11-09.",
        ),
        (
            {
                "date": {"created": CREATED, "updated": datetime.date(2026, 11, 8)},
                "corrections": [CHANGE],
            },
            "corrections:",
            "the last correction is of 2026-11-09, and 'date.updated' is 2026-11-08. "
            "Set date.updated to 2026-11-09.",
        ),
        (
            {
                "date": {"created": datetime.date(2026, 11, 10), "updated": LATER},
                "corrections": [CHANGE],
            },
            "updated:",
            "'date.updated' is before 'date.created', 2026-11-10. Fix one of the two.",
        ),
    ],
    ids=["no log", "no date", "another date", "before it was published"],
)
def test_a_correction_is_logged_and_dated(
    root: Path, keys: dict[str, object], at: str, expected: str
) -> None:
    write(root, POST, article(**keys))

    assert said(root) == [f"{POST}:{line_of(root, at)}: {expected}"]


def test_a_logged_correction_passes(root: Path) -> None:
    dates = {"created": CREATED, "updated": LATER}
    write(root, POST, article(date=dates, corrections=[CHANGE]))

    assert said(root) == []


def test_draft_false_may_not_publish_what_is_dated_later(root: Path) -> None:
    records.write(root, records.record(root))
    dates = {"created": datetime.date(2026, 12, 1)}
    write(root, POST, article(draft=False, date=dates, headline=HEADLINE))

    assert said(root) == [
        f"{POST}:{line_of(root, 'draft')}: 'draft: false' publishes at once what is dated "
        "2026-12-01. Delete the key to wait for that day."
    ]
    assert said(root, datetime.datetime(2026, 12, 2, tzinfo=datetime.UTC)) == []


def test_one_slug_for_two_articles_is_refused_and_both_are_named(root: Path) -> None:
    write(root, "docs/posts/a.md", article())
    write(root, "docs/posts/b.md", article())

    line = line_of(root, "slug", "docs/posts/b.md")
    assert said(root) == [
        f"docs/posts/b.md:{line}: the slug 'pool' is the address of docs/posts/a.md too. "
        "Give one of the two another."
    ]


@pytest.mark.parametrize("page", ["docs/pool.md", "docs/pool/index.md"])
def test_an_article_may_not_take_the_address_of_a_page(root: Path, page: str) -> None:
    write(root, POST, article())
    write(root, page, "# Pool\n")

    (message,) = said(root)
    assert f"the slug 'pool' is the address of {page} too." in message


def test_one_part_of_a_series_for_two_articles_is_refused_and_a_gap_is_not(root: Path) -> None:
    write(root, "docs/posts/a.md", article(slug="a", series={"name": SERIES, "part": 1}))
    write(root, "docs/posts/b.md", article(slug="b", series={"name": SERIES, "part": 3}))
    assert said(root) == []

    write(root, "docs/posts/b.md", article(slug="b", series={"name": SERIES, "part": 1}))
    line = line_of(root, "part", "docs/posts/b.md")
    assert said(root) == [
        f"docs/posts/b.md:{line}: part 1 of '{SERIES}' is docs/posts/a.md already. "
        "Give it another part."
    ]


@pytest.mark.parametrize(
    ("keys", "state"),
    [
        ({"draft": True}, "a draft"),
        (
            {
                "draft": None,
                "date": {"created": datetime.date(2026, 12, 1)},
                "headline": HEADLINE,
            },
            "dated 2026-12-01",
        ),
    ],
    ids=["draft", "future"],
)
def test_a_reader_is_not_led_to_an_article_that_is_not_out(
    root: Path, keys: dict[str, object], state: str
) -> None:
    records.write(root, records.record(root))
    write(root, "docs/posts/next.md", article(slug="next", **keys))
    body = f"{BODY}\nSee [the next](../posts/next.md#why).\n"
    write(root, POST, article(body, draft=None, headline=HEADLINE))

    assert said(root) == [
        f"{POST}:{line_of(root, 'See')}: the link leads to docs/posts/next.md, which is {state}. "
        "Delete the link until that article is out."
    ]


def test_a_draft_may_link_to_a_draft(root: Path) -> None:
    write(root, "docs/posts/next.md", article(slug="next"))
    write(root, POST, article("See [the next](next.md).\n"))

    assert said(root) == []


def test_the_shape_of_a_draft_is_its_authors_affair_and_its_wording_is_not(root: Path) -> None:
    write(root, POST, article("It is simply there.\n"))

    (message,) = said(root)
    assert message.startswith(f"{POST}:{line_of(root, 'It is')}: 'simply' was not measured.")


def test_the_error_index_is_held_to_the_wording(root: Path) -> None:
    keys = "title: too many clients\ndescription: The server is full.\ntemplate: error.html\n"
    matter = f"---\n{keys}---\n"
    write(root, "docs/errors/full.md", f"{matter}\nIt is simply full.\n")

    assert [message.partition(". ")[0] for message in said(root)] == [
        "docs/errors/full.md:7: 'simply' was not measured"
    ]


def test_a_file_that_is_not_utf_8_is_named_with_its_line(root: Path) -> None:
    (root / "docs/posts").mkdir()
    (root / POST).write_bytes(b"---\ntitle: caf\xe9\n---\n")

    assert said(root) == [f"{POST}:2: not UTF-8. Save the file as UTF-8."]


def test_a_mended_file_is_read_again(root: Path) -> None:
    write(root, POST, article(tags=["asyncpgg"]))
    assert said(root)

    write(root, POST, article(tags=["asyncpg"]))
    assert said(root) == []
