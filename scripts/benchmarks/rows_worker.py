"""The worker's door: a bundle that is in the cache, asked for by new processes and again by the same one."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from scripts.benchmarks.bench import Bench, Row
from scripts.benchmarks.results import Result
from scripts.benchmarks.uploads import REPOSITORY
from scripts.benchmarks.workloads import small_files

AGAIN_US = 1000
FIRST = 3
"""Reading the record, and comparing each file with it, as a multiple of looking at each file."""
_SCRIPT = Path(__file__).with_name("ensure_local.py")


def worker(bench: Bench) -> Iterable[Result]:
    for count in (10, 10_000):
        with bench.registry() as host:
            root = bench.project(small_files(bench.space, count), f"{host}/{REPOSITORY}")
            bench.do(bench.ours(root, "add", "."), bench.ours(root, "push"))
            words = [host, str(bench.space.fresh("cache")), f"{REPOSITORY}@{_pushed(bench, root)}"]
            cold = _times(bench, root, words)
            warm = [_times(bench, root, words) for _ in range(bench.rounds)]
        again = tuple(times["again"] * 1000 for times in warm)
        yield Result(f"ensure_local again, {count:,} files", "", "µs", again, AGAIN_US)
    first = tuple(times["first"] / times["lstat"] for times in warm)
    yield Result("first ensure_local of a process, 10,000 files", "lstat of each", values=first, limit=FIRST)
    yield Result("ensure_local, 10,000 files, cold", "", "ms", (cold["first"],))


def _pushed(bench: Bench, root: Path) -> str:
    words = bench.ours(root, "push", "--json").words
    done = subprocess.run(words, cwd=root, env=bench.environment, capture_output=True, check=True)
    digest = json.loads(done.stdout)["digest"]
    assert isinstance(digest, str)
    return digest


def _times(bench: Bench, root: Path, words: list[str]) -> dict[str, float]:
    command = [str(bench.program.python), str(_SCRIPT), *words]
    done = subprocess.run(command, cwd=root, env=bench.environment, capture_output=True, check=True)
    times: dict[str, float] = json.loads(done.stdout)
    return times


ROWS = [Row("worker", "ensure_local of what is in the cache", worker, 1, 10)]
"""Not one of the budgets of commands: what each of many thousand jobs pays for its bundle."""
