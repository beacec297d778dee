"""Peak memory of our process, which must not grow with the size of a file."""

from collections.abc import Iterable

from scripts.benchmarks.bench import Bench, Row
from scripts.benchmarks.results import Result
from scripts.benchmarks.timing import run
from scripts.benchmarks.uploads import REPOSITORY
from scripts.benchmarks.workloads import large_file

LIMIT_MIB = 150


def memory(bench: Bench) -> Iterable[Result]:
    with bench.registry() as host:
        reference = f"{host}/{REPOSITORY}"
        root = bench.project(large_file(bench.space), reference)
        target = bench.space.fresh("pulled")
        commands = {
            "add": bench.ours(root, "add", "."),
            "push": bench.ours(root, "push"),
            "pull": bench.ours(target, "clone", reference, "."),
        }
        for name, command in commands.items():
            yield Result(f"{name} of 1 GiB", "", "MiB", (run(command).peak_mib,), LIMIT_MIB)


ROWS = [Row("memory-1g", "peak memory with a file of 1 GiB", memory, 6, 1)]
