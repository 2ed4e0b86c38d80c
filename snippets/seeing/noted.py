"""What a request's line will have, and when that line is due."""

import re
from contextvars import ContextVar
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.types import Message, Scope

Fields = dict[str, object]
ENDING = ("http.response.body", "http.response.pathsend")
KNOWN = re.compile(r"[A-Za-z0-9-]{1,64}")
fields: ContextVar[Fields] = ContextVar("fields")


# --8<-- [start:noted]
def note(**found: object) -> None:
    """Adds to the line of this request; outside of one, to none."""
    fields.get({}).update(found)


def name_of(scope: Scope) -> str:
    """What the client calls its request, if it may stand in a log."""
    sent = Headers(scope=scope).get("x-request-id", "")
    return sent if KNOWN.fullmatch(sent) else uuid4().hex


def ends(message: Message) -> bool:
    """Whether nothing of the answer follows."""
    last = not message.get("more_body", False)
    return message["type"] in ENDING and last


# --8<-- [end:noted]
