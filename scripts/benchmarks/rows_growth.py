"""How time and memory grow with the number of files: what 10,000 take, and what more of them take each."""

from collections.abc import Iterable

from scripts.benchmarks.bench import Bench, Row
from scripts.benchmarks.results import Result
from scripts.benchmarks.timing import Run, run
from scripts.benchmarks.uploads import REPOSITORY
from scripts.benchmarks.workloads import tiny_files

FEW = 10_000


def growth(bench: Bench, many: int) -> Iterable[Result]:
    few, lot = _life(bench, FEW), _life(bench, many)
    for name, taken in lot.items():
        each = (taken.seconds / many) / (few[name].seconds / FEW)
        yield Result(f"{name}, {many:,} files, time for each", f"for each of {FEW:,}", "x", (each,))
        yield Result(f"{name}, {many:,} files", "", "MiB", (taken.peak_mib,))


def _life(bench: Bench, number: int) -> dict[str, Run]:
    """Take a project of so many files through the commands that look at all of them."""
    with bench.registry() as host:
        reference = f"{host}/{REPOSITORY}"
        root = bench.project(tiny_files(bench.space, number), reference)
        taken = {}
        for name in ("add", "push", "status"):
            taken[name] = run(bench.ours(root, *(["add", "."] if name == "add" else [name])))
            bench.tell(f"{name} of {number:,} files: {taken[name].peak_mib:,.0f} MiB")
        (root / "data" / "0000" / "000000.txt").write_text("edited\n")
        taken["push after 1 edit"] = run(bench.ours(root, "push"))
        target = bench.space.fresh("pulled")
        taken["clone"] = run(bench.ours(target, "clone", reference, "."))
        taken["pull, nothing new"] = run(bench.ours(target, "pull"))
        bench.space.set_aside(root)
        bench.space.set_aside(target)
        return taken


ROWS = [
    Row("growth-100k", "growth from 10,000 to 100,000 files", lambda bench: growth(bench, 100_000), 3, 1),
    Row("growth-1m", "growth from 10,000 to 1,000,000 files", lambda bench: growth(bench, 1_000_000), 14, 1),
]
