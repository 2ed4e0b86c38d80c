"""The engines that a team would pick, and how their workers start."""

from snippets.jobs.experiments._fates import PACKAGE, Engine

TASKIQ = (
    *("-m", "taskiq", "worker", "--workers", "1"),
    *("--max-async-tasks", "{running}", f"{PACKAGE}.taskiq:broker"),
)
CELERY = (
    *("-m", "celery", "-A", f"{PACKAGE}.celery"),
    *("worker", "-c", "{running}"),
)
DRAMATIQ = (
    *("-m", "dramatiq", f"{PACKAGE}.dramatiq"),
    *("-p", "1", "-t", "{running}"),
)

ENGINES = {
    "background-tasks": Engine(
        "BackgroundTasks",
        "web",
        ("-m", PACKAGE, "web", "run"),
        variables={"WAY": "background"},
    ),
    "create-task": Engine(
        "asyncio.create_task",
        "web",
        ("-m", PACKAGE, "web", "run"),
        variables={"WAY": "task"},
    ),
    "taskiq-list": Engine(
        "taskiq, Redis list",
        "taskiq",
        TASKIQ,
        environment="queues",
        variables={"BROKER": "list"},
    ),
    "celery": Engine("Celery", "celery", CELERY, environment="queues"),
    "marked": Engine(
        "a table, row marked",
        "tables",
        ("-m", PACKAGE, "tables", "run"),
        variables={"WAY": "marked"},
        rescued=True,
    ),
    "procrastinate": Engine(
        "procrastinate",
        "procrastinate",
        ("-m", PACKAGE, "procrastinate", "run"),
        environment="queues",
        rescued=True,
    ),
    "taskiq-stream": Engine(
        "taskiq, Redis stream",
        "taskiq",
        TASKIQ,
        environment="queues",
        variables={"BROKER": "stream"},
        rescued=True,
    ),
    "celery-late": Engine(
        "Celery, acks_late",
        "celery",
        CELERY,
        environment="queues",
        variables={"LATE": "1"},
    ),
    "dramatiq": Engine(
        "dramatiq", "dramatiq", DRAMATIQ, environment="queues"
    ),
    "arq": Engine(
        "arq", "arq", ("-m", PACKAGE, "arq", "run"), environment="arq"
    ),
    "pgqueuer": Engine(
        "pgqueuer",
        "pgqueuer",
        ("-m", PACKAGE, "pgqueuer", "run"),
        environment="queues",
    ),
    "locked": Engine(
        "a table, row locked",
        "tables",
        ("-m", PACKAGE, "tables", "run"),
        variables={"WAY": "locked"},
    ),
}
