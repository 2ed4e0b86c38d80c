"""What PostgreSQL does not store, or not as it was sent."""

import re
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from pydantic import BeforeValidator


# --8<-- [start:storable]
def storable(value: Any, levels: int = 20) -> Any:
    """No NUL, no half character, no NaN, and not too deep."""
    if isinstance(value, str):
        value.encode()  # half a character is a ValueError, too
        if "\0" in value:
            raise ValueError("has a NUL")
    elif isinstance(value, float) and not isfinite(value):
        raise ValueError("is no number of JSON")
    elif isinstance(value, dict | list):
        if levels == 0:
            raise ValueError("is nested too deeply")
        values = value.values() if isinstance(value, dict) else ()
        for part in (*value, *values):
            storable(part, levels - 1)
    return value


# --8<-- [end:storable]
# --8<-- [start:forms]
def written(form: str) -> BeforeValidator:
    """A string of this form: a number of JSON is binary."""

    def match(value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch(form, value):
            return value
        raise ValueError("is not written as it should be")

    return BeforeValidator(match)


def in_utc(value: datetime) -> datetime:
    if not 1 < value.year < 9999:  # asyncpg: the ends are infinity
        raise ValueError("is outside of the calendar")
    return value.astimezone(UTC)


# --8<-- [end:forms]
