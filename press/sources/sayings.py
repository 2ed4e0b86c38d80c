"""What others say about backends, as the ledger's front matter lists it with what decides it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from press.sources.front_matter import Keys, PageMeta, Slug, Text


class Place(Keys):
    """Where something is said."""

    name: Text = Field(description="text: whose page it is, as a reader would call it")
    url: Annotated[str, Field(pattern=r"^https://\S+$")] = Field(
        description="the address of the page, with https://"
    )


class Evidence(Keys):
    """What speaks for a saying or against it: a recorded quantity, or a test.

    A quantity without a bound stands for what its experiment claimed of it; with one, for the bound
    that the saying itself puts on it. A test stands for what it asserts: nothing is published
    unless all of them pass.
    """

    quantity: Text | None = Field(
        default=None, description="a recorded quantity, such as pool-sizing.reads"
    )
    at_least: float | None = Field(default=None, description="a number")
    at_most: float | None = Field(default=None, description="a number")
    test: Text | None = Field(
        default=None, description="a test, such as tests/snippets/pool/test_app.py::test_name"
    )


class Saying(Keys):
    """Advice or a claim as it is published, in our words."""

    id: Slug = Field(description="words of small letters and digits, joined by hyphens")
    article: Slug = Field(description="the slug of the article that tries it")
    claim: Text = Field(description="text: what is said, in our words and at its best")
    said_by: list[Place] = Field(
        min_length=1, max_length=4, description="a list of one to four mappings of name and url"
    )
    supported_by: list[Evidence] = Field(
        default=[], description="a list of mappings of quantity or test"
    )
    contradicted_by: list[Evidence] = Field(
        default=[], description="a list of mappings of quantity or test"
    )
    when: Text | None = Field(default=None, description="text: it holds when …")
    instead: Text | None = Field(default=None, description="text: what is so instead")
    missing: Text | None = Field(
        default=None, description="text: what it does not say, without which nobody can test it"
    )
    figure: Text | None = Field(
        default=None, description="a measured number, such as pool-sizing.reads"
    )
    counts: Text | None = Field(default=None, description="text: what the figure counts")


class LedgerMeta(PageMeta):
    """The front matter of the ledger."""

    sayings: list[Saying] = Field(default=[], description="a list of mappings, a saying each")
