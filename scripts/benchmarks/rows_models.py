"""Models: what `status` and `check` take where a thousand of them depend on five thousand source files."""

from collections.abc import Iterable
from pathlib import Path

from scripts.benchmarks.bench import Bench, Prepare, Row
from scripts.benchmarks.model_project import REGISTRY, many_models
from scripts.benchmarks.results import Result, ratios
from scripts.benchmarks.timing import Command

_EDITED = "models/group05/model0500.py"


def status_models(bench: Bench) -> Iterable[Result]:
    root = bench.project(many_models(bench.space), f"oci:{bench.space.unused('layout')}")
    (root / REGISTRY).rename(root / ".modelops-bundle" / REGISTRY)
    bench.do(bench.ours(root, "add", "."), bench.ours(root, "refresh"), bench.ours(root, "push"))

    def parse() -> Prepare:
        return lambda number: [bench.limit(root, "parse", ".")]

    def always(command: Command) -> Prepare:
        return lambda number: [command]

    works = {
        "status": always(bench.ours(root, "status")),
        "check": always(bench.ours(root, "check")),
        "check of one changed file": _edited(root, bench.ours(root, "check", _EDITED)),
    }
    for work, ours in works.items():
        runs = bench.race(ours, {"reading and parsing all of them": parse})
        yield from ratios(f"{work}, 1,000 models, 5,000 sources", runs, {})


def _edited(root: Path, command: Command) -> Prepare:
    """Change one file before each run, in a comment: a stale model would end the command with 1."""
    file = root / _EDITED
    source = file.read_text()

    def prepare(number: int) -> list[Command]:
        file.write_text(f"{source}# round {number}\n")
        return [command]

    return prepare


ROWS = [Row("status-models", "status and check with 1,000 models", status_models, 1, 10)]
