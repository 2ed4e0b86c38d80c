"""JSON with default=str takes everything and returns something else.

Running it sends a quote and a stored null through what is stored,
and reads an entry that an older version of the program wrote.
"""

import json
from dataclasses import asdict
from typing import Any

from snippets.caching.codec import OLDER, Quote, Stored, demonstrate


# --8<-- [start:codec]
def encode(quote: Quote | None) -> str:
    found = asdict(quote) if quote else None
    return json.dumps(found, default=str)  # [!]


def decode(stored: Stored) -> Any:
    return json.loads(stored)


# --8<-- [end:codec]


if __name__ == "__main__":
    demonstrate(encode, decode, OLDER)
