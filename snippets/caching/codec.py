"""What comes out of a cache has the type of what went in, or is a miss.

Running it sends a quote through the cache's text, and reads an entry
that an older version of the program wrote.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError


@dataclass(frozen=True)
class Quote:
    total: Decimal
    pieces: dict[int, int]  # how many, by product
    route: tuple[str, ...]


Encode = Callable[[Quote], str]
Decode = Callable[[str], Any]

QUOTE = Quote(Decimal("9.90"), {7: 2}, ("depot", "door"))
OLDER = '{"total": "9.90", "products": [7, 7]}'


# --8<-- [start:codec]
ADAPTER = TypeAdapter(Quote)


def encode(quote: Quote) -> str:
    return ADAPTER.dump_json(quote).decode()


def decode(text: str) -> Quote | None:
    """The quote, or None for a shape that is no longer ours."""
    try:
        return ADAPTER.validate_json(text)
    except ValidationError:  # [!]
        return None


# --8<-- [end:codec]


def demonstrate(encode: Encode, decode: Decode) -> None:
    back = decode(encode(QUOTE))
    found = asdict(back) if isinstance(back, Quote) else back
    for name, value in asdict(QUOTE).items():
        print(f"{name}: {value!r} comes back as {found[name]!r}")
    print("an older entry comes back as", decode(OLDER))


if __name__ == "__main__":
    demonstrate(encode, decode)
