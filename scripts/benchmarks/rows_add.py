"""`add`: taking files in for the first time."""

from collections.abc import Iterable

from scripts.benchmarks.bench import Bench, Prepare, Row
from scripts.benchmarks.results import Result, ratios
from scripts.benchmarks.timing import Command
from scripts.benchmarks.workloads import large_file, small_files


def add_10k(bench: Bench) -> Iterable[Result]:
    root = small_files(bench.space, 10_000)

    def ours(number: int) -> list[Command]:
        return [bench.ours(bench.project(root), "add", ".")]

    def git() -> Prepare:
        other = small_files(bench.space, 10_000)
        return lambda number: [bench.git(bench.git_repository(other), "add", ".")]

    def dvc() -> Prepare:
        other = small_files(bench.space, 10_000)
        return lambda number: [bench.dvc(bench.dvc_project(other), "add", "data")]

    runs = bench.race(ours, {"git": git, "DVC": dvc})
    return ratios("add, 10,000 files", runs, {"git": 0.4})


def add_1g(bench: Bench) -> Iterable[Result]:
    root = large_file(bench.space)

    def ours(number: int) -> list[Command]:
        return [bench.ours(bench.project(root), "add", ".")]

    def sha256() -> Prepare:
        return lambda number: [bench.limit(root, "sha256", "data.bin")]

    def dvc() -> Prepare:
        other = large_file(bench.space)
        return lambda number: [bench.dvc(bench.dvc_project(other), "add", "data.bin")]

    def git_lfs() -> Prepare:
        other = large_file(bench.space)
        return lambda number: [bench.git(bench.lfs_repository(other), "add", ".")]

    def git() -> Prepare:
        other = large_file(bench.space)
        return lambda number: [bench.git(bench.git_repository(other), "add", ".")]

    entries = {"sha256 pass": sha256, "DVC": dvc, "git-lfs": git_lfs, "git": git}
    runs = bench.race(ours, entries, slow=["git"])
    return ratios("add, 1 GiB", runs, {"sha256 pass": 1.4})


ROWS = [
    Row("add-10k", "add of 10,000 files of 4 KiB", add_10k, 2, 5),
    Row("add-1g", "add of one file of 1 GiB", add_1g, 10, 5),
]
