"""The least that FastAPI does for an order: check it, and answer."""

from datetime import UTC, datetime

from fastapi import FastAPI

from snippets.backend.api.schemas import IdempotencyKey, NewOrder
from snippets.backend.services.reading import LineView, OrderView

PLACED = OrderView(
    id=1,
    state="placed",
    total_cents=100,
    lines=[LineView(product_id=1, quantity=1, price_cents=100)],
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def create_app() -> FastAPI:
    """One route, with the same body, header and answer."""
    app = FastAPI()

    @app.post("/orders", status_code=201)
    async def place_order(
        body: NewOrder, idempotency_key: IdempotencyKey
    ) -> OrderView:
        return PLACED

    return app
