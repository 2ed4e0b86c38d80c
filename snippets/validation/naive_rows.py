"""An endpoint that returns what the table has.

Running it prints what a client gets to see of an account.
"""

import asyncio

from fastapi import FastAPI

from snippets.validation.accounts import STORED, Account, tell


# --8<-- [start:app]
def create_app() -> FastAPI:
    app = FastAPI()

    @app.get("/me")
    async def read_me() -> Account:
        return STORED

    return app


# --8<-- [end:app]


def main() -> None:
    asyncio.run(tell(create_app()))


if __name__ == "__main__":
    main()
