"""`python -m lab run COMMAND…` and `python -m lab measure [NAME…]`."""

import argparse
import sys


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m lab", description="Instruments of the blog.")
    commands = parser.add_subparsers(dest="subcommand", required=True)
    run = commands.add_parser(
        "run",
        help="run a command with DATABASE_URL and REDIS_URL set",
        description="Run a command with a fresh database in DATABASE_URL and in psql's variables, "
        "and a server in REDIS_URL. Servers that are not given in these variables are started, "
        "and stopped when the command ends.",
    )
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    measure = commands.add_parser(
        "measure",
        help="record measurements",
        description="Run experiments and add the runs to their records in docs/measurements. A "
        "record wants three runs, begun ten minutes apart. A run is void, and kept, when the "
        "machine was busy before it.",
    )
    measure.add_argument("names", nargs="*", metavar="NAME", help="such as pool-sizing; else all")
    measure.add_argument(
        "--stale",
        action="store_true",
        help="only records that are missing, whose source changed, or whose newest run had other "
        "minor versions than the lock has",
    )
    chosen = parser.parse_args(arguments)
    if chosen.subcommand == "measure":
        from lab.measure import main as measure_main

        return measure_main(chosen.names, only_stale=chosen.stale)
    if not chosen.command:
        run.error("which COMMAND?")
    from lab.run import run_command

    return run_command(chosen.command)


if __name__ == "__main__":
    sys.exit(main())
