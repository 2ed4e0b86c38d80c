"""The answer that FastAPI gives to what does not validate.

Running it prints what becomes of seven bodies that the model refuses.
"""

import asyncio

from fastapi import FastAPI

from snippets.validation.account import add_accounts
from snippets.validation.posted import tell


# --8<-- [start:app]
def create_app() -> FastAPI:
    app = FastAPI()
    add_accounts(app)
    return app


# --8<-- [end:app]


def main() -> None:
    asyncio.run(tell(create_app()))


if __name__ == "__main__":
    main()
