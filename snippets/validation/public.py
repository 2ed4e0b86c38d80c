"""An endpoint that says what it gives away.

Running it prints what a client gets to see of an account.
"""

import asyncio

from fastapi import FastAPI
from pydantic import BaseModel

from snippets.validation.accounts import STORED, Account, tell


# --8<-- [start:app]
class Profile(BaseModel):
    email: str


def create_app() -> FastAPI:
    app = FastAPI()

    @app.get("/me", response_model=Profile)
    async def read_me() -> Account:
        return STORED

    return app


# --8<-- [end:app]


def main() -> None:
    asyncio.run(tell(create_app()))


if __name__ == "__main__":
    main()
