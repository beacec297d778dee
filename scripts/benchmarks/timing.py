"""Time whole processes against each other.

The contenders of a race run in turn, round after round, so that a machine that gets slower slows them alike;
what counts is the ratio within a round.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TAIL = 300


@dataclass(frozen=True, slots=True)
class Command:
    """A process to run: its words, where, and in which environment."""

    words: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """What processes one after the other took: seconds on the clock, and the largest one's peak memory."""

    seconds: float
    peak_mib: float


class CommandFailed(Exception):
    """A process ended with another status than 0."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One side of a race.

    `prepare` is called before each round, untimed, with the round's number, and returns what is timed. A
    `slow` contender takes part in one round only, without a warm-up.
    """

    name: str
    prepare: Callable[[int], Sequence[Command]]
    slow: bool = False


def run(command: Command) -> Run:
    """Run a process to its end; raise CommandFailed with the last it said on stderr."""
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command.words,
            cwd=command.directory,
            env=command.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        # wait4 tells this one child's peak memory; getrusage would tell that of the largest child so far.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()[-_TAIL:]
            raise CommandFailed(f"'{_short(command)}' ended with {process.returncode}: {said or 'no message'}")
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Run(seconds, usage.ru_maxrss / scale)


def run_all(commands: Sequence[Command]) -> Run:
    """Run processes one after the other."""
    runs = [run(command) for command in commands]
    return Run(sum(each.seconds for each in runs), max(each.peak_mib for each in runs))


def race(contenders: Sequence[Contender], rounds: int, tell: Callable[[str], None]) -> dict[str, list[Run]]:
    """Run every contender in each round; return their runs by name, as many as they took part in.

    The first contender is the one that all others are compared with: when it fails, CommandFailed is raised.
    Another one that fails is told of and drops out.
    """
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    out: set[str] = set()
    for number in range(-1, rounds):  # round -1 warms up, and does not count
        first = max(number, 0) % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            if contender.name in out or (contender.slow and number != 0):
                continue
            try:
                done = run_all(contender.prepare(number))
            except CommandFailed as error:
                if contender is contenders[0]:
                    raise
                tell(f"{contender.name} drops out: {error}")
                out.add(contender.name)
                continue
            if number >= 0:
                runs[contender.name].append(done)
    return {name: taken for name, taken in runs.items() if taken}


def _short(command: Command) -> str:
    words = [Path(command.words[0]).name, *command.words[1:]]
    return " ".join(words)[:80]
