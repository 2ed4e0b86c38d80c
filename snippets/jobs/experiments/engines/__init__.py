"""The engines whose worker is killed, one module each.

Each runs in the environment that has its library. With its name,
`python -m snippets.jobs.experiments.engines` is the producer: it reads
commands from a pipe, one a line, and answers each with a number. With
`run` behind the name it is a worker, where an engine has no command of
its own for that.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # no process has all; the record's hash is of all
    from snippets.jobs.experiments.engines import (  # noqa: F401
        __main__,
        arq,
        blocking,
        celery,
        dramatiq,
        pgqueuer,
        procrastinate,
        setting,
        tables,
        taskiq,
        web,
    )
