"""What a worker's process sees: `python ensure_local.py REGISTRY CACHE REFERENCE` prints times in ms as JSON."""

import json
import os
import sys
import time
from collections.abc import Callable
from statistics import median

from modelops_bundle.repository import ModelOpsBundleRepository

CALLS = 200


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def main(registry: str, cache: str, reference: str) -> None:
    bundles = ModelOpsBundleRepository(registry, cache)
    first = milliseconds(lambda: bundles.ensure_local(reference))
    again = median(milliseconds(lambda: bundles.ensure_local(reference)) for _ in range(CALLS))
    _, directory = bundles.ensure_local(reference)
    paths = [os.path.join(above, name) for above, _, names in os.walk(directory) for name in names]
    looks = milliseconds(lambda: [os.lstat(path) for path in paths])
    print(json.dumps({"first": first, "again": again, "lstat": looks}))


if __name__ == "__main__":
    main(*sys.argv[1:])
