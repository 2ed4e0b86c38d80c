"""Signing in, going on and signing out: counted first, then compared, then answered."""

from functools import partial
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from ..resources import Resources
from ..security.access import LIFETIME
from ..services import accounts, sessions
from .context import Network, Opened, refusal
from .schemas import Credentials, Refresh

router = APIRouter(prefix="/tokens", tags=["tokens"])


class Tokens(BaseModel):
    """What a client holds of its session."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int = int(LIFETIME.total_seconds())


def given(resources: Resources, session: sessions.Opened) -> Tokens:
    """The tokens of a session that has been stored."""
    access = resources.keyring.issue(session.account, session.id, session.role)
    return Tokens(access_token=access, refresh_token=session.token)


@router.post("")
async def sign_in(body: Credentials, resources: Opened, network: Network) -> Tokens:
    """Begin a session. An unknown address and a wrong password take the same work."""
    await resources.attempts.by_network(network)
    await resources.attempts.by_account(accounts.address_key(body.email))
    run = resources.transactions.run
    known = await run(partial(accounts.find, address=body.email), repeatable=True)
    password = body.password.get_secret_value()
    stored = known.password_hash if known else None
    right, renewed = await resources.passwords.check(password, stored)
    if known is None or not right:
        raise refusal(401, "wrong address or password")
    if renewed:
        await run(partial(accounts.renew_hash, known=known, password_hash=renewed))
    # A session more than was answered ends by itself: nobody has its token.
    begin = partial(sessions.open_session, account=known.id, role=known.role)
    return given(resources, await run(begin, repeatable=True))


@router.post("/refresh")
async def go_on(body: Refresh, resources: Opened) -> Tokens:
    """Continue a session; a token that is used again ends it."""
    session = await resources.transactions.run(partial(sessions.rotate, token=body.refresh_token))
    if session is None:
        raise refusal(401, "sign in again", "invalid_token")
    return given(resources, session)


@router.post("/revoke", status_code=204)
async def sign_out(body: Refresh, resources: Opened) -> None:
    """End a session, whether there is one or not."""
    revoke = partial(sessions.revoke, token=body.refresh_token)
    await resources.transactions.run(revoke, repeatable=True)
