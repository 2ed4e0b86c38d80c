"""The list of sources is in a fold that says how many there are."""

from __future__ import annotations

import pytest

from tests.press.miniature import Repo

LIST = "- [One](https://one.example): this.\n- [Two](https://two.example): that.\n"


def test_the_list_is_in_a_fold_and_the_heading_above_it(repo: Repo) -> None:
    page = repo.render(f"## Sources\n\n{LIST}\nAnd a last word.\n")
    (fold,) = page.select("h2#sources + details.sources")
    assert fold.summary is not None
    assert fold.summary.get_text() == "What we read, and for what: 2"
    assert [item.get_text() for item in fold.select("summary + ul > li")] == [
        "One: this.",
        "Two: that.",
    ]
    assert [p.get_text() for p in page.select("details + p")] == ["And a last word."]


def test_what_follows_is_as_it_was(repo: Repo) -> None:
    page = repo.render(f"## Sources\n\n{LIST}\n## Corrections\n\n{LIST}")
    assert [tag.name for tag in page.select("h2, details")] == ["h2", "details", "h2"]
    assert len(page.select("h2#corrections + ul > li")) == 2


@pytest.mark.parametrize("text", [f"## Sources of delay\n\n{LIST}", "## Sources\n\nNone.\n", LIST])
def test_other_lists_stay(repo: Repo, text: str) -> None:
    assert repo.render(text).select("details") == []
