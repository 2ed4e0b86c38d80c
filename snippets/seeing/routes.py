"""The route of a request, whole: with the prefixes of its routers."""

from starlette.types import Scope


# --8<-- [start:route]
def route_of(scope: Scope) -> str:
    """As it was written, whatever number is asked for."""
    of_router = scope.get("fastapi", {}).get("effective_route_context")
    route = of_router or scope.get("route")
    return str(getattr(route, "path", "none"))  # an unknown path


# --8<-- [end:route]
