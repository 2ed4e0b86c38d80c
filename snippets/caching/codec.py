"""What comes out of a cache has the type of what went in, or is a miss.

Running it sends a quote and a stored null through what is stored,
and reads an entry that an older version of the program wrote.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter, ValidationError


@dataclass(frozen=True)
class Quote:
    total: Decimal
    pieces: dict[int, int]  # how many, by product
    route: tuple[str, ...]
    express: bool = False  # came with the latest version


Stored = bytes | str
Encode = Callable[[Quote | None], Stored]
Decode = Callable[[Stored], Any]

QUOTE = Quote(Decimal("9.90"), {7: 2}, ("depot", "door"))
# It lacks a field that has a default, and has one that went away.
OLDER = """{"total": "9.90", "pieces": {"7": 2}, "route": ["depot"],
"discount_percent": 50}"""


# --8<-- [start:codec]
class MissError(Exception):
    """There is no value, not even None."""


ADAPTER = TypeAdapter[Quote | None](Quote | None)
# Of another shape, another mark: nobody has to remember a number.
SCHEMA = json.dumps(ADAPTER.json_schema(), sort_keys=True)
SHAPE = sha256(SCHEMA.encode()).hexdigest()[:8].encode()


def encode(quote: Quote | None) -> bytes:
    return SHAPE + b" " + ADAPTER.dump_json(quote)


def decode(stored: bytes | str) -> Quote | None:
    """What was stored; raises MissError for what we cannot read."""
    if isinstance(stored, str):  # decode_responses
        stored = stored.encode()
    shape, _, value = stored.partition(b" ")
    if shape != SHAPE:  # [!]
        raise MissError(stored)
    try:
        return ADAPTER.validate_json(value)
    except ValidationError as error:
        raise MissError(stored) from error


# --8<-- [end:codec]


def demonstrate(encode: Encode, decode: Decode, older: str) -> None:
    back = decode(encode(QUOTE))
    found = asdict(back) if isinstance(back, Quote) else back
    for name, value in asdict(QUOTE).items():
        print(f"{name}: {value!r} comes back as {found[name]!r}")
    for name, text in {"null": encode(None), "older": older}.items():
        try:
            print(f"{name}: {decode(text)}")
        except MissError:
            print(f"{name}: a miss")


if __name__ == "__main__":
    demonstrate(encode, decode, f"0d5ba9a2 {OLDER}")
