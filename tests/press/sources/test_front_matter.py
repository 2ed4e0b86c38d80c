"""Front matter: what an author is told, and on which line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from press.sources.front_matter import Document, ErrorMeta, PageMeta, PostMeta, parse
from tests.press.miniature import article, front_matter

PATH = "docs/posts/pool.md"
BUSY = "title: Busy\ndescription: Busy.\ntemplate: error.html\n"


def read(text: str) -> Document:
    return parse(PATH, text, PostMeta)


def said(text: str) -> list[str]:
    return [str(finding) for finding in read(text).findings]


def with_lines(**lines: str) -> str:
    """Front matter without fault in which each named key is written as given."""
    kept = front_matter(**dict.fromkeys(lines)).removeprefix("---\n")
    return "\n".join(["---", *lines.values(), kept])


def test_front_matter_without_fault_says_what_it_holds_and_where_the_body_begins() -> None:
    document = read("---\n" + front_matter().removeprefix("---\n") + "\nThe body.\n")

    assert document.findings == ()
    assert isinstance(document.meta, PostMeta)
    assert document.meta.slug == "pool"
    assert document.body.splitlines() == ["", "The body."]
    assert document.body_line == len(front_matter().splitlines()) + 1


def test_the_line_of_a_key_is_the_line_of_the_file() -> None:
    text = article()

    assert text.splitlines()[read(text).line("slug") - 1] == "slug: pool"
    assert text.splitlines()[read(text).line("date", "created") - 1] == "  created: 2026-11-01"
    assert text.splitlines()[read(text).line("tags", 0) - 1] == "- asyncpg"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Text.\n",
            "1: no front matter. Begin the file with a line of three hyphens, the keys title, "
            "description, date, slug, categories, tags, and three hyphens.",
        ),
        (
            "",
            "1: no front matter. Begin the file with a line of three hyphens, the keys title, "
            "description, date, slug, categories, tags, and three hyphens.",
        ),
        (
            "---\ntitle: A claim\n\nText.\n",
            "1: unclosed front matter. Put a line of three hyphens after its last key.",
        ),
        (
            "---\n- title\n---\n",
            "2: front matter without keys. Write one key a line: title: Your claim",
        ),
    ],
    ids=["none", "empty file", "unclosed", "a list"],
)
def test_front_matter_that_cannot_be_read_is_named_with_its_line(text: str, expected: str) -> None:
    document = read(text)

    assert [str(finding) for finding in document.findings] == [f"{PATH}:{expected}"]
    assert document.meta is None


@pytest.mark.parametrize(
    "line",
    ["title: A claim: false", 'title: "A claim', "date: {created: 2026-02-30}", "title: *claim"],
)
def test_invalid_yaml_is_named_with_the_line_to_mend(line: str) -> None:
    document = read(f"---\nslug: pool\n{line}\ntags: [a]\n---\n")

    (finding,) = document.findings
    assert str(finding).startswith(f"{PATH}:3: invalid YAML: ")
    assert finding.remedy == (
        "Fix the line; text that holds a colon, a hash or a quote needs quotes around it."
    )
    assert document.meta is None


@pytest.mark.parametrize("key", ["title", "description", "date", "slug", "categories", "tags"])
def test_a_missing_key_is_asked_for(key: str) -> None:
    (message,) = said(front_matter(**{key: None}))

    assert message.startswith(f"{PATH}:1: missing key '{key}'. Add it: it must be ")


def test_a_key_that_is_missing_in_a_mapping_is_asked_for_where_the_mapping_begins() -> None:
    text = with_lines(series="series: {name: A series}")

    assert said(text) == [
        f"{PATH}:2: missing key 'series.part'. "
        "Add it: it must be the number of the article in the series, from 1."
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("title: 5", "'title' is 5. It must be text: a claim that can be false."),
        ("title:", "'title' is empty. It must be text: a claim that can be false."),
        ("title: ''", "'title' is empty. It must be text: a claim that can be false."),
        (
            "slug: A Pool",
            "'slug' is 'A Pool'. It must be words of small letters and digits, joined by hyphens.",
        ),
        (
            "date: 2026-11-20",
            "'date' is 2026-11-20. It must be a mapping that holds created: 2026-11-20.",
        ),
        (
            "date: {created: next week}",
            "'date.created' is 'next week'. It must be the day of publication, such as 2026-11-20.",
        ),
        (
            "date: {created: 2026-11-20T10:00:00Z}",
            "'date.created' is 2026-11-20 10:00:00+00:00. It must be the day of publication, such "
            "as 2026-11-20.",
        ),
        ("tags: asyncpg", "'tags' is 'asyncpg'. It must be a list of at least one tag."),
        ("tags: []", "'tags' is empty. It must be a list of at least one tag."),
        ("tags: [a, 5]", "item 2 of 'tags' is 5. 'tags' must be a list of at least one tag."),
        ("draft: 'yes'", "'draft' is 'yes'. It must be true or false."),
        (
            "series: {name: A series, part: 0}",
            "'series.part' is 0. It must be the number of the article in the series, from 1.",
        ),
        (
            f"description: {'a' * 201}",
            "'description' has 201 characters. It must be text of at most 200 characters.",
        ),
        (
            "corrections: [{date: 2026-11-20}]",
            "missing key 'corrections.text'. Add it: it must be text: what was wrong, and what "
            "the article says now.",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_shown_with_what_it_must_be(line: str, expected: str) -> None:
    text = with_lines(**{line.partition(":")[0]: line})

    assert said(text) == [f"{PATH}:2: {expected}"]
    assert read(text).meta is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tag: asyncpg", "unknown key 'tag'. Did you mean tags? The keys here are title, "),
        ("mood: red", "unknown key 'mood'. The keys here are title, "),
        (
            "headline: {measurement: a, quantity: b, label: c, lable: d}",
            "unknown key 'headline.lable'. Did you mean label? The keys here are measurement, "
            "quantity, label.",
        ),
        ("5: red", "the key 5 is not text. Use a key that exists, or quote it."),
    ],
)
def test_an_unknown_key_is_refused_and_the_rest_is_still_read(line: str, expected: str) -> None:
    text = with_lines(**{line.partition(":")[0]: line})

    (message,) = said(text)
    assert message.startswith(f"{PATH}:2: {expected}")
    assert isinstance(read(text).meta, PostMeta)


def test_a_key_that_stands_twice_is_refused() -> None:
    text = front_matter().replace("slug: pool\n", "slug: pool\nslug: queue\n")
    line = text.splitlines().index("slug: queue") + 1

    assert said(text) == [f"{PATH}:{line}: the key 'slug' stands twice. Keep one."]


def test_all_problems_are_named_in_the_order_of_their_lines() -> None:
    text = with_lines(title="title: 5", tag="tag: a", slug="slug: A Pool")

    assert [finding.line for finding in read(text).findings] == [2, 3, 4]


def test_a_page_needs_no_front_matter() -> None:
    document = parse("docs/about.md", "# About\n", PageMeta)

    assert document.meta == PageMeta()
    assert (document.body, document.body_line) == ("# About\n", 1)


def test_a_page_of_the_error_index_needs_the_text_of_its_error() -> None:
    document = parse(
        "docs/errors/busy.md", "---\ndescription: Busy.\ntemplate: error.html\n---\n", ErrorMeta
    )

    assert [str(finding) for finding in document.findings] == [
        "docs/errors/busy.md:1: missing key 'title'. "
        "Add it: it must be the text of the error, as a reader would search for it."
    ]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("", "docs/errors/busy.md:1: missing key 'template'. Add it: it must be error.html."),
        (
            "template: main.html\n",
            "docs/errors/busy.md:4: 'template' is 'main.html'. It must be error.html.",
        ),
    ],
)
def test_a_page_of_the_error_index_has_the_template_of_one(line: str, what: str) -> None:
    source = f"---\ntitle: Busy\ndescription: Busy.\n{line}---\n"
    document = parse("docs/errors/busy.md", source, ErrorMeta)

    assert [str(finding) for finding in document.findings] == [what]


def published(now: datetime, **keys: object) -> bool:
    meta = read(front_matter(**keys)).meta
    assert isinstance(meta, PostMeta)
    return meta.published(now)


def test_an_article_is_published_from_the_first_minute_of_its_day() -> None:
    midnight = datetime(2026, 11, 1, tzinfo=UTC)

    assert published(midnight, draft=None)
    assert not published(midnight - timedelta(minutes=1), draft=None)


@pytest.mark.parametrize(
    "now", [datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)]
)
def test_a_draft_is_never_published_and_draft_false_always_is(now: datetime) -> None:
    assert not published(now, draft=True)
    assert published(now, draft=False)


def test_a_control_character_is_refused_by_its_line_and_folded_text_is_not() -> None:
    """XML has no place for it: a feed that holds one cannot be read."""
    (found,) = said(with_lines(title='title: "a\\0b"'))
    assert found == f"{PATH}:2: 'title' holds the control character '\\x00'. Delete it."
    assert said(with_lines(description="description: >\n  two\n  lines")) == []


@pytest.mark.parametrize("text", ["…is busy", "is busy …", " busy", "ab", ""])
def test_a_message_that_would_be_found_in_anything_is_refused(text: str) -> None:
    source = f"---\n{BUSY}texts:\n  - {json.dumps(text)}\n---\n"
    (finding,) = parse("docs/errors/busy.md", source, ErrorMeta).findings
    assert "item 1 of 'texts' is" in finding.what or "'texts' is" in finding.what


def test_a_message_may_vary_in_its_middle() -> None:
    source = f"---\n{BUSY}texts:\n  - slot … is busy\n---\n"
    meta = parse("docs/errors/busy.md", source, ErrorMeta).meta
    assert isinstance(meta, ErrorMeta)
    assert meta.texts == ["slot … is busy"]
