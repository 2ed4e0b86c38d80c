"""What comes back from the text of a cache."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snippets.caching import codec, naive_codec
from snippets.caching.codec import OLDER, QUOTE, Quote

quotes = st.builds(
    Quote,
    total=st.decimals(allow_nan=False, allow_infinity=False, places=2),
    pieces=st.dictionaries(st.integers(), st.integers()),
    route=st.lists(st.text()).map(tuple),
)


@given(quotes)
def test_a_quote_comes_back_as_it_was(quote: Quote) -> None:
    assert codec.decode(codec.encode(quote)) == quote


@pytest.mark.naive("snippets/caching/naive_codec.py")
def test_numbers_keys_and_tuples_come_back_as_something_else() -> None:
    assert naive_codec.decode(naive_codec.encode(QUOTE)) == {
        "total": "9.90",
        "pieces": {"7": 2},
        "route": ["depot", "door"],
    }


@pytest.mark.naive("snippets/caching/naive_codec.py")
def test_an_object_without_json_is_stored_as_the_text_of_its_address() -> None:
    strange = Quote(total=object(), pieces={}, route=())  # type: ignore[arg-type]
    assert naive_codec.decode(naive_codec.encode(strange))["total"].startswith("<object object at")


def test_an_older_shape_and_a_torn_text_are_misses() -> None:
    assert codec.decode(OLDER) is None
    assert codec.decode('{"total": "9.9') is None


@pytest.mark.naive("snippets/caching/naive_codec.py")
def test_an_older_shape_is_taken_for_a_quote() -> None:
    assert naive_codec.decode(OLDER) == {"total": "9.90", "products": [7, 7]}


def test_a_number_is_not_changed_by_the_way_through_floating_point() -> None:
    total = Decimal("0.10000000000000000000000000001")
    found = codec.decode(codec.encode(Quote(total, {}, ())))
    assert found == Quote(total, {}, ())
