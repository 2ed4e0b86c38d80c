"""Orders: placed under a key, read by pages, canceled while nothing has been paid."""

from functools import partial

from fastapi import APIRouter, Response

from ..services import orders, reading
from ..services.reading import OrderView
from .context import Opened, SignedIn
from .pages import After, Cursors, Page
from .schemas import IdempotencyKey, InPath, Limit, NewOrder

router = APIRouter(prefix="/orders", tags=["orders"])
NEWEST = 2**63 - 1  # above each number


# --8<-- [start:place]
@router.post("", status_code=201)
async def place_order(
    body: NewOrder,
    idempotency_key: IdempotencyKey,
    response: Response,
    resources: Opened,
    identity: SignedIn,
) -> OrderView:
    """Order, or get the answer again that this key got first."""
    work = partial(
        orders.place, account=identity.account, key=idempotency_key, wanted=body.wanted()
    )
    placed = await resources.transactions.run(work, repeatable=True)  # it has a key
    if placed.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return placed.order


# --8<-- [end:place]


@router.get("")
async def read_orders(
    resources: Opened, identity: SignedIn, limit: Limit = 20, after: After = None
) -> Page[OrderView]:
    """Your orders, the newest first."""
    cursors = Cursors(resources.settings, f"orders of {identity.account}, newest first, 1")
    before = cursors.position(after, first=NEWEST)
    work = partial(reading.page, account=identity.account, before=before, limit=limit + 1)
    return cursors.page(await resources.transactions.run(work, repeatable=True), limit)


@router.get("/{number}")
async def read_order(number: InPath, resources: Opened, identity: SignedIn) -> OrderView:
    """One order of yours."""
    work = partial(reading.find, account=identity.account, number=number)
    return await resources.transactions.run(work, repeatable=True)


@router.post("/{number}/cancel")
async def cancel_order(number: InPath, resources: Opened, identity: SignedIn) -> OrderView:
    """Cancel it, unless it is being paid; its stock is given back."""
    work = partial(orders.cancel, account=identity.account, number=number)
    return await resources.transactions.run(work, repeatable=True)
