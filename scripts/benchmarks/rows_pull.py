"""`clone`: a cold pull, with everything verified, from docker-registry on this machine."""

from collections.abc import Callable, Iterable
from pathlib import Path

from scripts.benchmarks.bench import Bench, Prepare, Row
from scripts.benchmarks.results import Result, ratios
from scripts.benchmarks.timing import Command
from scripts.benchmarks.uploads import REPOSITORY, digest_of, image_layout
from scripts.benchmarks.workloads import large_file, small_files


def pull_10k(bench: Bench) -> Iterable[Result]:
    root = small_files(bench.space, 10_000)
    files = [str(file.relative_to(root)) for file in root.rglob("*.csv")]

    def git() -> Prepare:
        other = bench.git_repository(root)
        bench.do(bench.git(other, "add", "data"), bench.git(other, "commit", "--quiet", "-m", "all"))
        return _into_new_directories(
            bench, lambda target: bench.git(target, "clone", "--quiet", f"file://{other}", ".")
        )

    with bench.registry() as host, bench.registry() as theirs:

        def oras_py() -> Prepare:
            reference = f"{theirs}/{REPOSITORY}:v1"
            bench.do(bench.oras_py(root, "push", reference, *files))
            return _into_new_directories(bench, lambda target: bench.oras_py(target, "pull", reference))

        runs = bench.race(_clone(bench, root, host), {"git clone": git, "oras-py": oras_py}, slow=["oras-py"])
        return ratios("cold pull, 10,000 files", runs, {"git clone": 1})


def pull_1g(bench: Bench) -> Iterable[Result]:
    root = large_file(bench.space)
    file = root / "data.bin"
    with bench.registry() as host:
        layout = bench.space.fresh("layout")
        image_layout(layout, file)
        reference = f"{host}/plain/model"
        bench.do(bench.skopeo(layout, f"oci:{layout}:v1", f"docker://{reference}:v1"))
        url = f"http://{host}/v2/plain/model/blobs/{digest_of(file)}"

        def curl() -> Prepare:
            get = _into_new_directories(bench, lambda target: bench.curl(target, "-o", "data.bin", url))

            def prepare(number: int) -> list[Command]:
                (fetch,) = get(number)
                return [fetch, bench.limit(fetch.directory, "sha256", "data.bin")]

            return prepare

        def skopeo() -> Prepare:
            return _into_new_directories(
                bench, lambda target: bench.skopeo(target, f"docker://{reference}:v1", f"oci:{target}/layout:v1")
            )

        runs = bench.race(_clone(bench, root, host), {"curl GET + sha256 pass": curl, "skopeo": skopeo})
        return ratios("cold pull, 1 GiB", runs, {"curl GET + sha256 pass": 1.3})


def _clone(bench: Bench, root: Path, host: str) -> Prepare:
    reference = f"{host}/{REPOSITORY}"
    bench.project(root, reference)
    bench.do(bench.ours(root, "add", "."), bench.ours(root, "push"))
    return _into_new_directories(bench, lambda target: bench.ours(target, "clone", reference, "."))


def _into_new_directories(bench: Bench, command: Callable[[Path], Command]) -> Prepare:
    last: list[Path] = []

    def prepare(number: int) -> list[Command]:
        if last:
            bench.space.set_aside(last.pop())
        last.append(bench.space.fresh("pulled"))
        return [command(last[0])]

    return prepare


ROWS = [
    Row("pull-10k", "cold pull of 10,000 files", pull_10k, 3, 5),
    Row("pull-1g", "cold pull of 1 GiB", pull_1g, 8, 5),
]
