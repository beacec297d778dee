"""Compare the program with its peers and with physical limits, all in one run on one machine.

Prints how long we take as a multiple of what others take: medians over the rounds, with the least and the
greatest. Times themselves mean nothing on another machine, or an hour later on this one.
"""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from scripts.benchmarks import machine, page, peers, report
from scripts.benchmarks.bench import Bench, Row
from scripts.benchmarks.registry import RegistryFailed
from scripts.benchmarks.results import Result
from scripts.benchmarks.rows import ROWS
from scripts.benchmarks.timing import CommandFailed
from scripts.benchmarks.uploads import UploadRefused
from scripts.benchmarks.workspace import Workspace, workspace

DOCS = peers.CHECKOUT / "docs"
INTERRUPTED = 130


def main() -> int:
    options = _options()
    if options.list:
        for row in ROWS.values():
            print(f"{row.name:18} {row.work}")
        return 0
    # Whoever ends it ends the registries, too, and gets back the space; finished rows are reported.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    program = _program(options.program)
    results: dict[str, list[Result]] = {}
    with workspace(max(row.space for row in options.rows)) as space, suppress(KeyboardInterrupt):
        for row in options.rows:
            results[row.name] = _measure(row, program, space, options.quick)
    print(report.text(report.table(results)), end="")
    found = page.document(results, machine.describe(space.in_memory), peers.versions())
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if options.write_docs:
        page.write(DOCS, found)
    return 0 if len(results) == len(options.rows) else INTERRUPTED


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("scripts/bench", description=__doc__)
    parser.add_argument("--rows", metavar="ROW,ROW", help="only these rows")
    parser.add_argument("--list", action="store_true", help="list the rows and what they measure")
    parser.add_argument("--quick", action="store_true", help="few rounds, and without the slowest peers")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the results to a file, too")
    parser.add_argument("--write-docs", action="store_true", help="take the results into docs/performance.md")
    parser.add_argument(
        "--program",
        metavar="FILE",
        type=Path,
        help="measure this console script of an environment, instead of this checkout installed from its wheel",
    )
    options = parser.parse_args()
    names: Sequence[str] = options.rows.split(",") if options.rows else list(ROWS)
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        parser.error(f"no such row: '{unknown[0]}' (--list shows all)")
    options.rows = [ROWS[name] for name in names]
    return options


def _program(script: Path | None) -> peers.Program:
    if script is None:
        return peers.our_program()
    return peers.Program(script.absolute(), script.absolute().with_name("python"))


def _measure(row: Row, program: peers.Program, space: Workspace, quick: bool) -> list[Result]:
    """Measure one row; what fails for us is reported in its place."""
    inner = Workspace(space.fresh(row.name))
    bench = Bench(row, program, inner, quick=quick)
    bench.tell(row.work)
    results: list[Result] = []
    try:
        for result in row.measure(bench):
            results.append(result)
            bench.tell(", ".join(report.cells(row.name, result)[1:]))
    except (CommandFailed, RegistryFailed, UploadRefused, peers.PeerMissing) as error:
        bench.tell(f"fails: {error}")
        results.append(Result(row.work, "", note=f"fails: {str(error).splitlines()[0]}"))
    finally:
        space.set_aside(inner.root)
    return results


if __name__ == "__main__":
    sys.exit(main())
