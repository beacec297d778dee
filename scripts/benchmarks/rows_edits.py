"""What an edit costs on the wire: bytes sent by a push, and received by the pull of a second checkout."""

from collections.abc import Callable, Iterable
from pathlib import Path

from scripts.benchmarks.bench import Bench, Row
from scripts.benchmarks.results import Result
from scripts.benchmarks.uploads import REPOSITORY
from scripts.benchmarks.wire import counted
from scripts.benchmarks.workloads import append, edit_rows, insert_row, large_file, overwrite, small_files, table

COUNTED_ROUNDS = 3
CSV_BYTES = 96 << 20

Edit = Callable[[Path, int], None]


def edit_10k(bench: Bench) -> Iterable[Result]:
    root = small_files(bench.space, 10_000)
    file = sorted(root.rglob("*.csv"))[5000]
    yield from _edits(bench, file, root, {"1 of 10,000 files edited": (overwrite, 200_000)})


def edit_1g(bench: Bench) -> Iterable[Result]:
    root = large_file(bench.space)
    edits: dict[str, tuple[Edit, int]] = {
        "4 KiB overwritten in 1 GiB": (overwrite, 500_000),
        "1 row inserted in 1 GiB": (insert_row, 500_000),
        "1 MiB appended to 1 GiB": (append, 1_600_000),
    }
    yield from _edits(bench, root / "data.bin", root, edits)


def edit_csv(bench: Bench) -> Iterable[Result]:
    root = table(bench.space, CSV_BYTES)
    edits: dict[str, tuple[Edit, int]] = {"30 rows edited in a CSV of 96 MiB": (edit_rows, 5_000_000)}
    yield from _edits(bench, root / "data.csv", root, edits)


def _edits(bench: Bench, file: Path, root: Path, edits: dict[str, tuple[Edit, int]]) -> Iterable[Result]:
    with bench.registry() as host, counted(host) as traffic:
        reference = f"{traffic.host}/{REPOSITORY}"
        other = bench.space.fresh("second-checkout")
        bench.project(root, reference)
        bench.do(bench.ours(root, "add", "."), bench.ours(root, "push"))
        bench.do(bench.ours(other, "clone", reference, "."))
        for name, (edit, limit) in edits.items():
            sent, received = [], []
            for number in range(COUNTED_ROUNDS):
                edit(file, 1000 + number)
                traffic.reset()
                bench.do(bench.ours(root, "push"))
                sent.append(traffic.sent)
                traffic.reset()
                bench.do(bench.ours(other, "pull"))
                received.append(traffic.received)
            yield Result(f"push, {name}", "", "bytes sent", tuple(sent), limit)
            yield Result(f"pull, {name}", "", "bytes received", tuple(received), limit)


ROWS = [
    Row("edit-10k", "bytes of an edit of 1 of 10,000 files", edit_10k, 2, 1),
    Row("edit-1g", "bytes of edits in 1 GiB", edit_1g, 8, 1),
    Row("edit-csv", "bytes of 30 edited rows in 96 MiB", edit_csv, 2, 1),
]
