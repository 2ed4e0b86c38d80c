"""Signing up: counted, hashed, stored, and the constraint says whether the address is free."""

from functools import partial

from fastapi import APIRouter
from pydantic import BaseModel

from ..services import accounts
from .context import Network, Opened
from .schemas import NewAccount

router = APIRouter(tags=["accounts"])


class AccountView(BaseModel):
    """An account as its owner sees it."""

    id: int
    email: str


@router.post("/accounts", status_code=201)
async def sign_up(body: NewAccount, resources: Opened, network: Network) -> AccountView:
    """Make an account for a customer."""
    await resources.attempts.by_network(network)
    hashed = await resources.passwords.hash(body.password.get_secret_value())
    create = partial(accounts.create, address=body.email, password_hash=hashed)
    number = await resources.transactions.run(create)
    return AccountView(id=number, email=body.email)
