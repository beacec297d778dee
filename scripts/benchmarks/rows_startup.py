"""The price of a start: what a script pays for every call."""

from collections.abc import Iterable
from pathlib import Path

from scripts.benchmarks.bench import Bench, Prepare, Row
from scripts.benchmarks.results import Result, ratios
from scripts.benchmarks.timing import Command
from scripts.benchmarks.workloads import small_files

LIMIT = 5


def start_up(bench: Bench) -> Iterable[Result]:
    root = bench.project(small_files(bench.space, 10))
    bench.do(bench.ours(root, "add", "."))
    file = next(root.glob("data/*/*")).relative_to(root)
    works = {"--version": ["--version"], "hash-object": ["hash-object", str(file)], "status": ["status"]}

    def always(command: Command) -> Prepare:
        return lambda number: [command]

    def nothing() -> Prepare:
        return always(bench.command(Path(root), bench.program.python, "-c", "pass"))

    for work, words in works.items():
        runs = bench.race(always(bench.ours(root, *words)), {"python -c pass": nothing})
        yield from ratios(f"start of {work}", runs, {"python -c pass": LIMIT})


ROWS = [Row("start-up", "a start of the program, in a project of 10 files", start_up, 1, 30)]
