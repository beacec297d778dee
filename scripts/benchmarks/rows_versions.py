"""What stays of many versions: the registry's bytes, the layers, and a cold pull of the last one."""

import json
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from urllib.request import Request, urlopen

from scripts.benchmarks.bench import Bench, Prepare, Row
from scripts.benchmarks.results import Result
from scripts.benchmarks.timing import Command, Contender, race
from scripts.benchmarks.uploads import REPOSITORY
from scripts.benchmarks.workloads import append, edit_rows, insert_row, overwrite, table

VERSIONS = 20
SIZE = 256 << 20
LAYERS = 500
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_EDITS = (overwrite, insert_row, edit_rows, append)


def versions(bench: Bench) -> Iterable[Result]:
    root = table(bench.space, SIZE)
    file = root / "data.csv"
    store = bench.space.fresh("registry")
    with bench.registry_in(store) as host:
        reference = f"{host}/{REPOSITORY}"
        bench.project(root, reference)
        bench.do(bench.ours(root, "add", "."), bench.ours(root, "push", "--tag", "v1"))
        first = _stored(store)
        for number in range(2, VERSIONS + 1):
            _EDITS[number % len(_EDITS)](file, number)
            bench.do(bench.ours(root, "push", "--tag", f"v{number}"))
        size = file.stat().st_size
        yield Result(
            f"{VERSIONS} versions of 256 MiB in the registry",
            "the first version's bytes",
            "x",
            (_stored(store) / first,),
        )
        yield Result(
            f"{VERSIONS} versions of 256 MiB in the registry",
            "the last version's size",
            "x",
            (_stored(store) / size,),
        )
        yield Result(f"layers of version {VERSIONS}", "", "layers", (_layers(host, f"v{VERSIONS}"),), LAYERS)
        last, old = _clones(bench, f"{reference}:v{VERSIONS}"), _clones(bench, f"{reference}:v1")
        runs = race([Contender("last", last), Contender("first", old)], bench.rounds, bench.tell)
        pairs = zip(runs["last"], runs["first"], strict=True)
        values = tuple(late.seconds / early.seconds for late, early in pairs)
        yield Result(f"cold pull of version {VERSIONS}", "cold pull of version 1", "x", values)


def _clones(bench: Bench, reference: str) -> Prepare:
    numbers, last = count(), list[Path]()

    def prepare(number: int) -> list[Command]:
        if last:
            bench.space.set_aside(last.pop())
        last.append(bench.space.fresh(f"clone-{next(numbers)}"))
        return [bench.ours(last[0], "clone", reference, ".")]

    return prepare


def _stored(store: Path) -> int:
    return sum(file.stat().st_size for file in store.rglob("data") if file.is_file())


def _layers(host: str, tag: str) -> int:
    request = Request(f"http://{host}/v2/{REPOSITORY}/manifests/{tag}", headers={"Accept": _MANIFEST})
    with urlopen(request) as answer:
        return len(json.load(answer)["layers"])


ROWS = [Row("versions-256m", f"{VERSIONS} versions of 256 MiB", versions, 4, 3)]
