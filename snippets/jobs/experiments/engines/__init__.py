"""The engines whose worker is killed, one module each.

Each runs in the environment that has its library.

`python -m snippets.jobs.experiments.engines NAME` is the producer: it
reads commands from a pipe, one a line, and answers each with a number.
A worker is started by the engine's own command.
"""
