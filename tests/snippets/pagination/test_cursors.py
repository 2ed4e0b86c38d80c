"""A cursor is accepted whole, by its list, in its order, and not at all otherwise."""

import json
import string
from datetime import UTC, datetime, timedelta, timezone

import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous.encoding import base64_decode, base64_encode
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from snippets.pagination.cursors import Cursor, Cursors, Position
from snippets.pagination.models import Post

CURSORS = Cursors(["old", "new"], "newest 1")
LAST = Post(id=12_345, created_at=datetime(2026, 1, 1, 0, 0, 1, 130, UTC))
MADE = CURSORS.encode(LAST, "author=7")
PARAMETER: TypeAdapter[str | None] = TypeAdapter(Cursor)
ALPHABET = string.ascii_letters + string.digits + "-_"


def accepts(text: str, cursors: Cursors = CURSORS, scope: str = "author=7") -> bool:
    """What the parameter and then the endpoint do with it."""
    try:
        PARAMETER.validate_python(text)
    except ValidationError:
        return False
    try:
        cursors.decode(text, scope)
    except RequestValidationError:
        return False
    return True


@settings(max_examples=50, derandomize=True, database=None)
@given(
    at=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])),
    row=st.integers(-(2**63), 2**63 - 1),
)
def test_a_position_comes_back_to_the_microsecond(at: AwareDatetime, row: int) -> None:
    cursor = CURSORS.encode(Post(id=row, created_at=at), "all")
    assert accepts(cursor, scope="all")
    assert CURSORS.decode(cursor, "all") == Position(created_at=at, id=row)


def test_whatever_is_changed_in_it_it_is_refused() -> None:
    """Every character replaced by every other one of the alphabet, or left out, or doubled."""
    assert accepts(MADE)
    for place, character in enumerate(MADE):
        for other in {*ALPHABET, "."} - {character}:
            changed = f"{MADE[:place]}{other}{MADE[place + 1 :]}"
            assert not accepts(changed), changed
        assert not accepts(MADE[:place] + MADE[place + 1 :])
        assert not accepts(MADE[:place] + character + MADE[place:])


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a.b",
        " " + MADE,
        MADE + " ",
        MADE + "\n",
        MADE + "=",
        MADE + MADE,
        MADE[:-1] + "é",
        MADE[:-3] + "!!!" + MADE[-3:],
        MADE.replace(".", "\x00."),
        MADE.partition(".")[0],
        MADE.partition(".")[2],
        "é" * 20 + "." + "A" * 64,
        "A" * 300,
        "../" * 30,
    ],
)
def test_what_is_not_a_cursor_is_refused(text: str) -> None:
    assert not accepts(text)


def test_the_cursor_of_another_list_order_or_service_is_refused() -> None:
    assert not accepts(MADE, scope="author=8")
    assert not accepts(MADE, scope="author=None")
    assert not accepts(MADE, Cursors(["old", "new"], "newest 2"))
    assert not accepts(MADE, Cursors(["others"], "newest 1"))


def test_a_key_can_be_replaced_while_cursors_are_in_use() -> None:
    assert accepts(Cursors(["old"], "newest 1").encode(LAST, "author=7"))
    assert accepts(MADE, Cursors(["new", "newest"], "newest 1"))
    assert not accepts(MADE, Cursors(["old"], "newest 1"))


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"id": 1},
        {"created_at": "2026-01-01T00:00:00", "id": 1},  # no zone
        {"created_at": "soon", "id": 1},
        {"created_at": "2026-01-01T00:00:00Z", "id": "x"},
        [1, 2],
        None,
        "text",
    ],
)
def test_a_signed_payload_that_is_no_position_is_refused(payload: object) -> None:
    """As an earlier release of the service may have made it under the same name."""
    assert not accepts(str(CURSORS.signer("author=7").dumps(payload)))


def test_a_long_payload_is_compressed_and_comes_back() -> None:
    payload = {"created_at": "2026-01-01T00:00:00.000000+00:00", "id": 1, "note": "x" * 90}
    cursor = str(CURSORS.signer("author=7").dumps(payload))
    assert cursor.startswith(".")
    assert accepts(cursor)


def test_it_can_be_read_by_anybody_and_made_by_nobody_else() -> None:
    payload, _, signature = MADE.partition(".")
    position = json.loads(base64_decode(payload))
    assert position == {"created_at": "2026-01-01T00:00:01.000130Z", "id": 12_345}
    position["id"] = 1
    assert not accepts(f"{base64_encode(json.dumps(position)).decode()}.{signature}")


def test_what_is_long_is_refused_before_anything_is_computed() -> None:
    with pytest.raises(ValidationError, match="at most 256 characters"):
        PARAMETER.validate_python("A" * 192 + "." + "A" * 64)
    assert len(MADE) < 150


def test_a_refusal_does_not_say_why() -> None:
    with pytest.raises(RequestValidationError) as caught:
        CURSORS.decode(MADE[:-1], "author=7")
    assert caught.value.errors() == [
        {
            "type": "cursor",
            "loc": ("query", "cursor"),
            "msg": "Not a cursor of this list: begin at its first page",
        }
    ]
