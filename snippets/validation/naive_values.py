"""Plain types, which let in what PostgreSQL refuses.

Running it stores one value after another and prints what the client
would be told.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from snippets.validation.rows import demonstrate


# --8<-- [start:model]
class Sent(BaseModel):
    name: str = ""
    document: dict[str, Any] = {}
    count: int = 0
    small: int = 0
    price: Decimal = Decimal(0)
    share: float = 0.0
    due: datetime = datetime.max


# --8<-- [end:model]


def main() -> None:
    demonstrate(Sent)


if __name__ == "__main__":
    main()
