"""Uploads to emulators of the clouds, against the best call of each SDK, and the peak memory of our commands."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from scripts.benchmarks.bench import Bench, Row
from scripts.benchmarks.emulators import EMULATORS, Emulator, Storage
from scripts.benchmarks.peers import CHECKOUT, PeerMissing
from scripts.benchmarks.results import OURS, Result
from scripts.benchmarks.timing import Command, CommandFailed, run
from scripts.benchmarks.upload_blob import PATIENCE, sdk, sdk_calls
from scripts.benchmarks.workloads import GIB, large_file

LIMIT = 1.3
LIMIT_MIB = 150
QUICK_SIZE = GIB // 8


def stores(bench: Bench) -> Iterable[Result]:
    size = QUICK_SIZE if bench.quick else GIB
    root = large_file(bench.space, size)
    amount = f"{size >> 20:,} MiB"
    for emulator in EMULATORS:
        work = f"upload of {amount} to {emulator.name}"
        try:
            yield _uploads(bench, emulator, work, root / "data.bin")
            yield from _memory(bench, emulator, amount, root)
        except PeerMissing as missing:
            bench.tell(f"without {emulator.name}: {missing}")
            yield Result(work, "", note=f"skipped: {missing}")
        except (CommandFailed, AssertionError) as error:
            yield Result(work, "", note=f"fails: {str(error).splitlines()[0]}")


def _uploads(bench: Bench, emulator: Emulator, work: str, file: Path) -> Result:
    """Compare our upload with the fastest one of the SDK in each round, all to servers that have nothing."""
    calls = [OURS, *sdk_calls(emulator.provider)]
    ratios = []
    for number in range(bench.rounds):
        first = number % len(calls)
        taken = {call: _seconds(bench, emulator, call, file) for call in calls[first:] + calls[:first]}
        ratios.append(taken.pop(OURS) / min(taken.values()))
    return Result(work, f"the best call of {sdk(emulator.provider)}", values=tuple(ratios), limit=LIMIT)


def _seconds(bench: Bench, emulator: Emulator, call: str, file: Path) -> float:
    directory = bench.space.fresh(emulator.name)
    with emulator.running(directory) as storage:
        _call(bench, "container", file, storage)
        seconds = _call(bench, call, file, storage)
    bench.space.set_aside(directory)
    return float(seconds)


def _call(bench: Bench, call: str, file: Path, storage: Storage) -> str:
    """Run `upload_blob` with the Python that runs this, which has the SDKs."""
    words = [sys.executable, "-m", "scripts.benchmarks.upload_blob", call, str(file)]
    done = subprocess.run(
        words, cwd=CHECKOUT, env=bench.environment, input=json.dumps(dict(storage)), capture_output=True, text=True
    )
    if done.returncode:
        raise CommandFailed(f"'{call}' ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout


def _memory(bench: Bench, emulator: Emulator, amount: str, root: Path) -> Iterable[Result]:
    """Measure whole commands, on a project of one file, which goes to the blob store."""
    directory, there = bench.space.fresh(emulator.name), bench.space.fresh("clone")
    remote = f"oci:{bench.space.unused('remote')}"
    with emulator.running(directory) as storage:
        environment = _environment(bench, storage)

        def ours(where: Path, *words: str) -> Command:
            return Command((sys.executable, "-m", "modelops_bundle", *words), where, environment)

        _call(bench, "container", root / "data.bin", storage)
        bench.space.set_aside(root / ".modelops-bundle")
        bench.do(ours(root, "init", "--remote", remote), ours(root, "add", "."))
        for command in (ours(root, "push"), ours(there, "clone", remote, ".")):
            work = f"{command.words[3]} of {amount}, {emulator.name}"
            yield Result(work, "", "MiB", (run(command).peak_mib,), LIMIT_MIB)
    for used in (directory, there):
        bench.space.set_aside(used)


def _environment(bench: Bench, storage: Storage) -> dict[str, str]:
    """Return the environment of a process that knows the store, in a home of its own."""
    home = bench.space.fresh("home")
    file = home / ".modelops" / "bundle-env" / "bench.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"registry": {"login_server": "localhost:1"}, "storage": dict(storage)}))
    file.chmod(0o600)
    return {
        **bench.environment,
        "HOME": str(home),
        "PYTHONPATH": str(CHECKOUT),
        "MODELOPS_BUNDLE_ENV": "bench",
        "MODELOPS_EXT_TIMEOUT": str(PATIENCE),
    }


ROWS = [Row("stores", "uploads to blob stores", stores, 10, 3)]
