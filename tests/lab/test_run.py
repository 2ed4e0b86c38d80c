"""`python -m lab run` puts servers around a command, and is otherwise not there."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab.__main__ import main
from lab.repository import ROOT

RUN = [sys.executable, "-m", "lab", "run"]

pytestmark = pytest.mark.usefixtures("services")


# What a command finds, a line each, before it prints its input and ends with a status of its own.
TELLS = """\
echo "$DATABASE_URL"
echo "$REDIS_URL"
psql -X -A -t -c 'SELECT current_database()'
python -c 'import sys; print(sys.executable)'
echo "$@"
cat
exit 3
"""


@pytest.fixture(scope="module")
def done(services: None) -> subprocess.CompletedProcess[str]:
    """A command that has run to its end."""
    return subprocess.run(
        [*RUN, "sh", "-c", TELLS, "sh", "--help", "-n", "--"],
        input="typed",
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PATH": os.defpath},
    )


@pytest.fixture
def told(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What it has told, line by line."""
    return done.stdout.split("\n")


def test_the_exit_status_is_that_of_the_command(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 3
    assert done.stderr == ""


def test_both_urls_are_set_and_the_database_is_fresh(told: list[str]) -> None:
    database, redis, *_ = told
    assert database.rpartition("/")[2].startswith("under_load_")
    assert database != os.environ["DATABASE_URL"]
    assert redis == os.environ["REDIS_URL"]


def test_psql_without_arguments_reaches_that_database(told: list[str]) -> None:
    assert told[2] == told[0].rpartition("/")[2]


def test_python_is_the_one_that_runs_the_lab(told: list[str]) -> None:
    assert Path(told[3]).parent == Path(sys.executable).parent


def test_arguments_that_look_like_options_are_the_commands(told: list[str]) -> None:
    assert told[4] == "--help -n --"


def test_standard_input_reaches_the_command(told: list[str]) -> None:
    assert told[5:] == ["typed"]


def test_a_command_that_is_missing_is_one_line_and_the_status_of_the_shell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["run", "no-such-command"]) == 127
    assert capsys.readouterr().err == "lab run: no-such-command: command not found\n"


def test_a_command_that_cannot_be_executed_is_one_line_and_the_status_of_the_shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["run", str(tmp_path / "file")]) == 126
    assert capsys.readouterr().err == f"lab run: {tmp_path / 'file'}: not executable\n"


def test_without_a_command_it_asks_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["run"])
    assert "which COMMAND?" in capsys.readouterr().err


def test_a_server_that_cannot_be_had_is_one_line() -> None:
    environment = os.environ | {"REDIS_URL": "redis://127.0.0.1:1"}
    done = subprocess.run([*RUN, "true"], capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("REDIS_URL: ")
    assert done.stderr.count("\n") == 1


def test_signals_are_passed_to_the_command_whose_answer_counts() -> None:
    passed = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT]
    traps = "; ".join(f"trap 'echo {number.name}' {number.value}" for number in passed)
    # A signal interrupts `read`, or does not: that depends on the shell.
    script = f"{traps}; echo ready; for try in 1 2 3 4 5; do read line && exit 7; done"
    process = subprocess.Popen(
        [*RUN, "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,  # without a terminal, which would signal the command itself
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    for number in passed:
        process.send_signal(number)
        assert process.stdout.readline() == f"{number.name}\n"
    process.communicate("done\n")
    assert process.returncode == 7


def test_a_command_ended_by_a_signal_makes_the_status_of_the_shell() -> None:
    assert main(["run", "sh", "-c", "kill -9 $$"]) == 128 + 9
