"""Pool size times workers is not the number of your connections.

Running it starts a server with 30 connections and opens the pools of
eight processes, as many as run when two replicas are replaced.
"""

from snippets.pool.budget import Deployment, Server, demonstrate


# --8<-- [start:budget]
def pool_size(server: Server, deployment: Deployment) -> int:
    """Connections for the pool of each process."""
    workers = deployment.replicas * deployment.workers
    return server.max_connections // workers


# --8<-- [end:budget]


def main() -> None:
    demonstrate(pool_size)


if __name__ == "__main__":
    main()
