"""What happened inside PostgreSQL and Redis, in the servers' own figures.

A client's clock around an `await` counts the network, the event loop and the turns of all other
tasks. A sentence that says "inside PostgreSQL" or "inside Redis" takes its figure from here:

| module | server | what it tells |
|---|---|---|
| `statements` | PostgreSQL | calls, rows, execution time, buffers and WAL of each statement |
| `durations` | PostgreSQL | the duration of each single execution, for medians and quantiles |
| `waits` | PostgreSQL | what its sessions waited for, by sampling |
| `processor` | PostgreSQL | the processor time of its processes |
| `commands` | Redis | calls and time of each command, hits, misses, bytes, processor time |

Each is a context manager around a load. Some need settings that a server has only when it was
started with them, because they cost something: `lab.postgres_server(statements.SETTINGS)`, or
`Experiment(postgres=statements.SETTINGS)`.
"""


class UnavailableError(Exception):
    """A server does not tell this; the message is one line: what is missing, and what to do."""
