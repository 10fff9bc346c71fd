"""Runs `hirelay` in a process forked from one that has imported it, which saves each command a second of imports."""

import atexit
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "streams.cli.main",
        "streams.kafka.topic_reader",
        "clickhouse_connect",
    ]
)


def run_command(*arguments: str, timeout: float = 240) -> "subprocess.CompletedProcess[str]":
    """Run one command in the working directory and environment of the caller; return its code and output.

    Raises subprocess.TimeoutExpired for a command that does not end in time (seconds); it is killed.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        process = FORKS.Process(
            target=_execute, args=(arguments, folder, dict(os.environ), Path.cwd())
        )
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, timeout)
        output, errors = ((folder / stream).read_text() for stream in ("stdout", "stderr"))
        return subprocess.CompletedProcess(arguments, process.exitcode, output, errors)


def _execute(
    arguments: tuple[str, ...], folder: Path, environment: dict[str, str], directory: Path
) -> None:
    """Be the command: its arguments, environment, directory and streams, none of which is a terminal."""
    from streams.cli.main import main

    for descriptor, stream in enumerate(("stdin", "stdout", "stderr")):
        os.dup2(os.open(folder / stream, os.O_RDWR | os.O_CREAT), descriptor)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["hirelay", *arguments]
    try:
        main()
    finally:
        sys.stdout.flush()
        atexit._run_exitfuncs()  # which a forked process skips; the log of a command is written there
