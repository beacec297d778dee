"""`status`: what it costs to learn that nothing changed, or that a large file was only touched."""

import os
from collections.abc import Iterable
from pathlib import Path

from scripts.benchmarks.bench import Bench, Prepare, Row
from scripts.benchmarks.results import Result, ratios
from scripts.benchmarks.timing import Command, CommandFailed
from scripts.benchmarks.workloads import large_file, small_files, tiny_files


def status_10k(bench: Bench) -> Iterable[Result]:
    def git() -> Prepare:
        root = _committed(bench, small_files(bench.space, 10_000))
        return lambda number: [bench.git(root, "status")]

    def dvc() -> Prepare:
        root = bench.dvc_project(small_files(bench.space, 10_000))
        bench.do(bench.dvc(root, "add", "data"))
        return lambda number: [bench.dvc(root, "status")]

    root, state = _pushed(bench, small_files(bench.space, 10_000))
    runs = bench.race(lambda number: [bench.ours(root, "status")], {"git": git, "DVC": dvc})
    return ratios(f"status, 10,000 files{state}", runs, {"DVC": 0.15})


def status_100k(bench: Bench) -> Iterable[Result]:
    root, state = _pushed(bench, tiny_files(bench.space, 100_000))

    def scandir() -> Prepare:
        return lambda number: [bench.limit(root, "scandir", "data")]

    def git() -> Prepare:
        other = _committed(bench, tiny_files(bench.space, 100_000))
        return lambda number: [bench.git(other, "status")]

    runs = bench.race(lambda number: [bench.ours(root, "status")], {"scandir + stat pass": scandir, "git": git})
    return ratios(f"status, 100,000 files{state}", runs, {"scandir + stat pass": 1.6})


def status_touched(bench: Bench) -> Iterable[Result]:
    root = bench.project(large_file(bench.space))
    bench.do(bench.ours(root, "add", "."))

    def touched(root: Path, command: Command) -> Prepare:
        file = root / "data.bin"
        past = file.stat().st_mtime_ns - 60_000_000_000

        def prepare(number: int) -> list[Command]:
            os.utime(file, ns=(past, past + number * 1_000_000_000))
            return [command]

        return prepare

    def blake3() -> Prepare:
        return lambda number: [bench.limit(root, "blake3", "data.bin")]

    def git() -> Prepare:
        other = _committed(bench, large_file(bench.space))
        return touched(other, bench.git(other, "status"))

    def git_lfs() -> Prepare:
        other = bench.lfs_repository(large_file(bench.space))
        bench.do(bench.git(other, "add", "."), bench.git(other, "commit", "--quiet", "-m", "all"))
        return touched(other, bench.git(other, "status"))

    runs = bench.race(
        touched(root, bench.ours(root, "status")),
        {"BLAKE3 pass": blake3, "git-lfs": git_lfs, "git": git},
        slow=["git"],
    )
    return ratios("status, 1 GiB file touched", runs, {"BLAKE3 pass": 1.5})


def _pushed(bench: Bench, root: Path) -> tuple[Path, str]:
    """Return our project with all files pushed, or else only added and a note of that."""
    bench.project(root, f"oci:{bench.space.unused('layout')}")
    bench.do(bench.ours(root, "add", "."))
    try:
        bench.do(bench.ours(root, "push"))
    except CommandFailed as error:
        bench.tell(f"added, but not pushed: {error}")
        return root, ", added only"
    return root, ""


def _committed(bench: Bench, root: Path) -> Path:
    bench.git_repository(root)
    bench.do(bench.git(root, "add", "."), bench.git(root, "commit", "--quiet", "-m", "all"))
    return root


ROWS = [
    Row("status-10k", "status with 10,000 files", status_10k, 2, 10),
    Row("status-100k", "status with 100,000 files", status_100k, 4, 10),
    Row("status-touched-1g", "status after touching 1 GiB", status_touched, 8, 5),
]
