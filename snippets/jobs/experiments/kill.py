"""Sixty jobs, four of them running, and SIGKILL for the worker.

Each engine gets the jobs and a worker that runs four at once. When
twenty are done and four are running, all processes of the worker are
killed, as when their container is, or the machine that they are on.
Another worker is started, and what it does within some seconds
is what an engine does by itself: how long an engine waits until it
takes a worker for dead is set to two seconds for all of them.

A job is done if it was run once, to its end; twice if it was begun by
the killed worker and run again; stuck if it was not run to its end and
is still stored; lost if it is not stored either.
"""

from collections.abc import Callable, Iterable
from functools import partial

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Variant,
)
from snippets.jobs.experiments._engines import ENGINES
from snippets.jobs.experiments._fates import fates

JOBS = 60
RUNNING = 4
FREE = 20

UNFINISHED = ("stuck", "lost")
MEMORY = ("background-tasks", "create-task")
POPPED = ("taskiq-list", "celery")
ASKED = ("marked", "procrastinate", "taskiq-stream")
BY_ITSELF = ("locked", "pgqueuer", "arq", "celery-late", "dramatiq")


def counted(
    fate: Callable[[Iterable[float]], float],
    of: Iterable[str],
    *metrics: str,
) -> Callable[[Round], float]:
    """The fewest or the most that an engine has of these fates."""
    engines = tuple(of)
    return lambda found: fate(
        sum(found[engine][metric] for metric in metrics)
        for engine in engines
    )


EXPERIMENT = Experiment(
    question="What becomes of sixty jobs when their worker is killed?",
    needs=frozenset({"postgres", "redis"}),
    environments=frozenset({"queues", "arq"}),
    conditions={
        "jobs": JOBS,
        "running": RUNNING,
        "free": FREE,
        # Above what Celery's longest row of jobs taken ahead needs, and
        # with the look that follows it below the patience.
        "recover_s": 2.0,
        "start_s": 8.0,  # until the other worker has begun a job
        "patience_s": 6.0,  # until it begins the next
    },
    rehearsal={"jobs": 8, "running": 2, "free": 2, "start_s": 15.0},
    rounds=3,
    metrics={
        "done": Metric(label="done", unit=""),
        "twice": Metric(label="twice", unit=""),
        "stuck": Metric(label="stuck", unit=""),
        "lost": Metric(label="lost", unit=""),
        "rescued": Metric(label="done when asked for", unit=""),
    },
    variants={
        name: Variant(
            label=engine.label, run=partial(fates, engine=engine)
        )
        for name, engine in ENGINES.items()
    },
    quantities={
        "finish": Quantity(
            label="ways in which every job is done",
            unit="",
            of=lambda found: sum(
                not sum(values[fate] for fate in UNFINISHED)
                for values in found.values()
            ),
        ),
        "memory": Quantity(
            label="jobs lost with a web server, at least",
            unit="",
            of=counted(min, MEMORY, "lost"),
        ),
        "popped": Quantity(
            label="jobs lost that were taken before they ran, at least",
            unit="",
            of=counted(min, POPPED, "lost"),
        ),
        "popped_most": Quantity(
            label="jobs lost that were taken before they ran, at most",
            unit="",
            digits=1,
            of=counted(max, POPPED, "lost"),
        ),
        "waiting": Quantity(
            label="jobs that wait for somebody, at least",
            unit="",
            of=counted(min, ASKED, "stuck"),
        ),
        "unasked": Quantity(
            label="of those, jobs that nothing brings back, at most",
            unit="",
            digits=1,
            of=lambda found: max(
                found[engine]["stuck"] - found[engine]["rescued"]
                for engine in ASKED
            ),
        ),
        "unfinished": Quantity(
            label="jobs that are not done, where a lock, a sign of life"
            " or a timeout tells, at most",
            unit="",
            digits=1,
            of=counted(max, BY_ITSELF, *UNFINISHED),
        ),
        "again": Quantity(
            label="jobs begun twice there, at least",
            unit="",
            digits=1,
            of=counted(min, BY_ITSELF, "twice"),
        ),
        "again_most": Quantity(
            label="jobs begun twice there, at most",
            unit="",
            digits=1,
            of=counted(max, BY_ITSELF, "twice"),
        ),
    },
    claims=(
        Claim(
            "What only a process remembers is lost with it: every job"
            " that was not done",
            quantity="memory",
            at_least=JOBS - FREE,
            at_most=JOBS - FREE,
        ),
        Claim(
            "What is taken out of a queue before it runs is lost: the"
            " four that were running",
            quantity="popped",
            at_least=RUNNING,
        ),
        Claim(
            "And nothing else is: the rest was not taken, or is kept",
            quantity="popped_most",
            at_most=RUNNING,
        ),
        Claim(
            "Where nothing looks for dead workers, at least the four"
            " wait until somebody asks for them",
            quantity="waiting",
            at_least=RUNNING,
        ),
        Claim(
            "Then they are all done", quantity="unasked", at_most=0.0
        ),
        Claim(
            "Where a lock, a sign of life or a timeout tells who is"
            " dead, every job is done",
            quantity="unfinished",
            at_most=0.0,
        ),
        Claim(
            "There no more jobs are begun twice than were running",
            quantity="again_most",
            at_most=RUNNING,
        ),
        Claim(
            "And no fewer: to finish all is to begin some twice",
            quantity="again",
            at_least=RUNNING,
        ),
    ),
)
