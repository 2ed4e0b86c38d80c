"""For whoever runs the service: is it alive, is it ready, and what has it counted."""

import secrets

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel

from .. import metrics
from .context import Opened, Sent

router = APIRouter(tags=["operations"])
PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})


class Ready(BaseModel):
    """What was found."""

    database: bool
    redis: bool


@router.get("/health/live")
async def live() -> None:
    """The process serves."""


@router.get("/health/ready", responses={503: {"model": Ready}})
async def ready(resources: Opened, response: Response) -> Ready:
    """Requests can be answered: the database is there."""
    found = await resources.probe.look()
    if not found.database:
        response.status_code = 503
    return Ready(database=found.database, redis=found.redis)


@router.get("/metrics", include_in_schema=False)
def read_metrics(resources: Opened, sent: Sent) -> Response:
    """For Prometheus, which has the token; for everybody else there is nothing here."""
    token = resources.settings.metrics_token
    if token is None or sent is None:
        raise HTTPException(404)
    given = sent.credentials.encode("latin-1")  # as it was sent: of texts, only ASCII is compared
    if not secrets.compare_digest(given, token.get_secret_value().encode()):
        raise HTTPException(404)
    return Response(metrics.exposed(), media_type="text/plain; version=0.0.4; charset=utf-8")
