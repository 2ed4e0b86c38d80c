"""Signing in: counted first, then compared, then answered."""

from fastapi import APIRouter, Depends, Request, Response

from snippets.tokens.accounts import (
    address_key,
    find_account,
    renew_hash,
)
from snippets.tokens.answers import Answer, answer
from snippets.tokens.attempts import network_of
from snippets.tokens.bodies import Credentials
from snippets.tokens.browsers import refuse_other_sites
from snippets.tokens.identity import refusal
from snippets.tokens.passwords import BusyError
from snippets.tokens.sessions import open_session

router = APIRouter(dependencies=[Depends(refuse_other_sites)])


# --8<-- [start:sign-in]
@router.post("/sessions", status_code=201)
async def sign_in(
    body: Credentials, request: Request, response: Response
) -> Answer:
    state, limits = request.app.state, request.app.state.settings
    take, key = state.attempts.take, address_key(body.email)
    await take(limits.by_network, "network", network_of(request))
    await take(limits.by_account, "account", key)
    account = await find_account(state.pool, key)
    stored = account.password_hash if account else None
    password = body.password.get_secret_value()
    right, renewed = await state.passwords.verify(password, stored)
    if account is None or not right:
        raise refusal(401, "wrong address or password")
    session = await open_session(
        state.pool, account.id, account.role, stored
    )
    if session is None:
        if renewed and not account.disabled:
            raise BusyError  # another sign-in has renewed it, perhaps
        raise refusal(401, "wrong address or password")
    if renewed:
        await renew_hash(state.pool, account, renewed)
    return answer(request, response, session)


# --8<-- [end:sign-in]
