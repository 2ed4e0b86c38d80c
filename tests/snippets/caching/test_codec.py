"""What comes back from the text of a cache."""

import json
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from redis.asyncio import Redis

import lab
from snippets.caching import codec, naive_codec
from snippets.caching.codec import OLDER, QUOTE, MissError, Quote

quotes = st.builds(
    Quote,
    total=st.decimals(allow_nan=False, allow_infinity=False, places=2),
    pieces=st.dictionaries(st.integers(), st.integers()),
    route=st.lists(st.text()).map(tuple),
    express=st.booleans(),
)


@given(quotes | st.none())
def test_a_quote_comes_back_as_it_was(quote: Quote | None) -> None:
    assert codec.decode(codec.encode(quote)) == quote


@pytest.mark.naive("snippets/caching/naive_codec.py")
def test_numbers_keys_and_tuples_come_back_as_something_else() -> None:
    assert naive_codec.decode(naive_codec.encode(QUOTE)) == {
        "total": "9.90",
        "pieces": {"7": 2},
        "route": ["depot", "door"],
        "express": False,
    }


@pytest.mark.naive("snippets/caching/naive_codec.py")
def test_an_object_without_json_is_stored_as_the_text_of_its_address() -> None:
    strange = Quote(total=object(), pieces={}, route=())  # type: ignore[arg-type]
    assert naive_codec.decode(naive_codec.encode(strange))["total"].startswith("<object object at")


@pytest.mark.parametrize("decode_responses", [False, True])
async def test_what_a_client_of_redis_returns_can_be_read(
    redis_lease: lab.RedisLease, decode_responses: bool
) -> None:
    """Bytes by default, and text if the client decodes."""
    key = f"{redis_lease.prefix}quote"
    async with Redis.from_url(redis_lease.url, decode_responses=decode_responses) as redis:
        await redis.set(key, codec.encode(QUOTE))
        stored = await redis.get(key)
        assert stored is not None
        assert codec.decode(stored) == QUOTE


def test_a_stored_null_is_an_answer() -> None:
    assert codec.decode(codec.encode(None)) is None


@pytest.mark.parametrize(
    "stored",
    [
        OLDER,
        f"0d5ba9a2 {OLDER}",
        "null",
        "",
        codec.SHAPE + b" ",
        codec.SHAPE + b' {"total": "9.9',
        codec.SHAPE + b' {"total": "\xff"}',
    ],
)
def test_what_we_did_not_write_is_a_miss_and_no_null(stored: codec.Stored) -> None:
    with pytest.raises(MissError):
        codec.decode(stored)


def test_without_the_mark_an_older_shape_would_be_read_in_silence() -> None:
    """A lacking field has a default, and a field that went away is ignored."""
    assert codec.ADAPTER.validate_json(OLDER) == Quote(Decimal("9.90"), {7: 2}, ("depot",))


@dataclass(frozen=True)
class Later:
    """The quote, with one default changed."""

    total: Decimal
    pieces: dict[int, int]
    route: tuple[str, ...]
    express: bool = True


def test_the_mark_changes_with_a_default() -> None:
    schema = json.dumps(TypeAdapter(Later | None).json_schema(), sort_keys=True)
    assert schema.replace("Later", "Quote") != codec.SCHEMA
    assert json.loads(codec.SCHEMA) == codec.ADAPTER.json_schema()
    assert sha256(codec.SCHEMA.encode()).hexdigest()[:8].encode() == codec.SHAPE


@pytest.mark.naive("snippets/caching/naive_codec.py")
def test_an_older_shape_is_taken_for_a_quote() -> None:
    assert naive_codec.decode(OLDER)["discount_percent"] == 50


def test_a_number_is_not_changed_by_the_way_through_floating_point() -> None:
    total = Decimal("0.10000000000000000000000000001")
    found = codec.decode(codec.encode(Quote(total, {}, ())))
    assert found == Quote(total, {}, ())
