"""`push` to docker-registry on this machine: the first one, and what is sent after small changes."""

from collections.abc import Callable, Iterable
from pathlib import Path

from scripts.benchmarks.bench import Bench, Prepare, Row
from scripts.benchmarks.results import Result, ratios
from scripts.benchmarks.timing import Command
from scripts.benchmarks.uploads import REPOSITORY, digest_of, image_layout, open_upload
from scripts.benchmarks.wire import counted
from scripts.benchmarks.workloads import insert_row, large_file, overwrite, small_files


def push_10k(bench: Bench) -> Iterable[Result]:
    with bench.registries() as ours, bench.registries() as theirs, bench.registries() as plain:
        root = small_files(bench.space, 10_000)
        size = sum(file.stat().st_size for file in root.rglob("*.csv"))
        files = [str(file.relative_to(root)) for file in root.rglob("*.csv")]

        def oras_py() -> Prepare:
            other = small_files(bench.space, 10_000)
            return lambda number: [bench.oras_py(other, "push", f"{theirs()}/{REPOSITORY}:v1", *files)]

        entries = {"one PUT of as many bytes": _put(bench, plain, size), "oras-py": oras_py}
        runs = bench.race(_first_push(bench, ours, root), entries, slow=["oras-py"])
        return ratios("first push, 10,000 files", runs, {"one PUT of as many bytes": 5, "oras-py": 0.02})


def push_1g(bench: Bench) -> Iterable[Result]:
    with bench.registries() as ours, bench.registries() as theirs, bench.registries() as plain:
        root = large_file(bench.space)

        def oras_py() -> Prepare:
            return lambda number: [bench.oras_py(root, "push", f"{theirs()}/{REPOSITORY}:v1", "data.bin")]

        def skopeo() -> Prepare:
            layout = bench.space.fresh("layout")
            image_layout(layout, root / "data.bin")
            return lambda number: [
                bench.skopeo(layout, f"oci:{layout}:v1", f"docker://{theirs()}/{REPOSITORY}:v1")
            ]

        entries = {"curl PUT": _put(bench, plain), "skopeo": skopeo, "oras-py": oras_py}
        runs = bench.race(_first_push(bench, ours, root), entries)
        return ratios("first push, 1 GiB", runs, {"curl PUT": 0.8})


def push_edit_10k(bench: Bench) -> Iterable[Result]:
    root = small_files(bench.space, 10_000)
    file = sorted(root.rglob("*.csv"))[5000]

    def git() -> Prepare:
        other = bench.git_repository(small_files(bench.space, 10_000))
        bare = bench.space.fresh("bare")
        bench.do(
            bench.git(bare, "init", "--quiet", "--bare"),
            bench.git(other, "add", "."),
            bench.git(other, "commit", "--quiet", "-m", "all"),
            bench.git(other, "remote", "add", "origin", f"file://{bare}"),
            bench.git(other, "push", "--quiet", "--set-upstream", "origin", "main"),
        )

        def prepare(number: int) -> list[Command]:
            overwrite(other / file.relative_to(root), number)
            return [
                bench.git(other, "commit", "--quiet", "--all", "-m", "edit"),
                bench.git(other, "push", "--quiet"),
            ]

        return prepare

    with bench.registry() as host:
        runs = bench.race(_next_push(bench, host, root, lambda n: overwrite(file, n)), {"git": git})
        yield from ratios("push, 1 of 10,000 files edited", runs, {})


def push_edit_1g(bench: Bench) -> Iterable[Result]:
    edits = {"4 KiB overwritten": overwrite, "1 row inserted": insert_row}
    root = large_file(bench.space)
    file = root / "data.bin"

    def applied(edit: Callable[[Path, int], None]) -> Callable[[int], None]:
        return lambda number: edit(file, number)

    def restic(edit: Callable[[Path, int], None]) -> Callable[[], Prepare]:
        def make_ready() -> Prepare:
            other, store = large_file(bench.space), bench.space.fresh("restic")
            bench.do(bench.restic(other, store, "init"), bench.restic(other, store, "backup", "data.bin"))

            def prepare(number: int) -> list[Command]:
                edit(other / "data.bin", number)
                return [bench.restic(other, store, "backup", "data.bin")]

            return prepare

        return make_ready

    for name, edit in edits.items():
        with bench.registry() as host:
            runs = bench.race(_next_push(bench, host, root, applied(edit)), {"restic": restic(edit)})
            yield from ratios(f"push, {name}", runs, {"restic": 0.6})


def push_same(bench: Bench) -> Iterable[Result]:
    root = small_files(bench.space, 100)
    with bench.registry() as host, counted(host) as traffic:
        bench.project(root, f"{traffic.host}/{REPOSITORY}")
        bench.do(bench.ours(root, "add", "."), bench.ours(root, "push"))
        traffic.reset()
        bench.do(bench.ours(root, "push"))
        return [Result("push, nothing changed", "", "requests", (traffic.requests,), 2)]


def _first_push(bench: Bench, registries: Callable[[], str], root: Path) -> Prepare:
    """Push to an empty registry in each round, since one that knows the content could take it by reference."""

    def prepare(number: int) -> list[Command]:
        bench.project(root, f"{registries()}/{REPOSITORY}")
        bench.do(bench.ours(root, "add", "."))
        return [bench.ours(root, "push")]

    return prepare


def _next_push(bench: Bench, host: str, root: Path, edit: Callable[[int], None]) -> Prepare:
    bench.project(root, f"{host}/{REPOSITORY}")
    bench.do(bench.ours(root, "add", "."), bench.ours(root, "push"))

    def prepare(number: int) -> list[Command]:
        edit(number)
        return [bench.ours(root, "push")]

    return prepare


def _put(bench: Bench, registries: Callable[[], str], size: int = 1 << 30) -> Callable[[], Prepare]:
    def make_ready() -> Prepare:
        root = large_file(bench.space, size)
        digest = digest_of(root / "data.bin")
        return lambda number: [bench.curl(root, "-T", "data.bin", open_upload(registries(), digest))]

    return make_ready


ROWS = [
    Row("push-10k", "first push of 10,000 files", push_10k, 3, 5),
    Row("push-edit-10k", "push after editing 1 of 10,000 files", push_edit_10k, 2, 5),
    Row("push-1g", "first push of 1 GiB", push_1g, 8, 5),
    Row("push-edit-1g", "push after an edit in 1 GiB", push_edit_1g, 8, 5),
    Row("push-same", "push of what is there", push_same, 1, 1),
]
