"""An account that a client may ask for."""

from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, SecretStr


# --8<-- [start:app]
class NewAccount(BaseModel):
    """What a client sends."""

    model_config = ConfigDict(extra="forbid")
    password: Annotated[SecretStr, Field(min_length=12, max_length=100)]
    seats: Annotated[int, Field(ge=1, le=500)]


def add_accounts(app: FastAPI) -> None:
    @app.post("/accounts", status_code=201)
    async def create_account(account: NewAccount) -> int:
        return account.seats


# --8<-- [end:app]
