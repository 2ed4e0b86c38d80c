"""What a client is given when it signs in, and when it goes on."""

from fastapi import Request, Response

from snippets.tokens.browsers import give
from snippets.tokens.claims import LIFETIME
from snippets.tokens.sessions import Session

Answer = dict[str, str | int]


# --8<-- [start:answer]
def answer(
    request: Request, response: Response, session: Session
) -> Answer:
    keyring = request.app.state.keyring
    token = keyring.issue(session.account, session.id, session.role)
    give(response, session.token)
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
    }


# --8<-- [end:answer]
