"""Keep docs/performance.md up to date: its table and figures are made from docs/performance.json.

That file holds the newest results of each row, so that rows can be measured one at a time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.benchmarks import figure, report
from scripts.benchmarks.results import Result
from scripts.benchmarks.rows import ROWS

BEGIN = "<!-- made by scripts/bench --write-docs: begin -->\n"
END = "<!-- made by scripts/bench --write-docs: end -->\n"


class PageDamaged(Exception):
    """The page lacks the marks between which the results stand."""


def document(rows: Mapping[str, Sequence[Result]], machine: str, versions: Mapping[str, str]) -> dict[str, Any]:
    """Return the results of this run as JSON."""
    about = {"date": datetime.now(UTC).date().isoformat(), "machine": machine, "versions": dict(versions)}
    return {name: {**about, "results": [asdict(result) for result in results]} for name, results in rows.items()}


def write(docs: Path, fresh: Mapping[str, Any]) -> None:
    """Take the results of a run into the page, its figure and its data; raise PageDamaged."""
    data, page = docs / "performance.json", docs / "performance.md"
    known = json.loads(data.read_text()) if data.exists() else {}
    rows = {name: (known | dict(fresh))[name] for name in ROWS if name in known or name in fresh}
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise PageDamaged(f"no marks '{BEGIN.strip()}' and '{END.strip()}' in '{page.name}'")
    results = {name: [Result.from_json(each) for each in row["results"]] for name, row in rows.items()}
    figures = _draw(docs / "figures", results)
    data.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    page.write_text(before + BEGIN + _body(results, rows, figures) + END + after)


def _draw(directory: Path, results: Mapping[str, Sequence[Result]]) -> list[str]:
    """Write a figure for each row that has something to compare; return the lines that show them."""
    directory.mkdir(exist_ok=True)
    shown = []
    for name, found in results.items():
        if drawn := figure.draw(ROWS[name].work, found):
            (directory / f"{name}.svg").write_text(drawn)
            shown.append(f"![{ROWS[name].work}](figures/{name}.svg)\n")
    return shown


def _body(results: Mapping[str, Sequence[Result]], rows: Mapping[str, Any], figures: Sequence[str]) -> str:
    return "\n".join(["", report.markdown(report.table(results)), *_provenance(rows), "", *figures, ""])


def _provenance(rows: Mapping[str, Any]) -> list[str]:
    """Return a line for each date and machine: its rows and the versions of the peers."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for name, row in rows.items():
        versions = ", ".join(f"{peer} {version}" for peer, version in row["versions"].items())
        groups.setdefault((row["date"], row["machine"], versions), []).append(name)
    return [
        f"- {date}, {machine}; {versions}: {', '.join(names)}."
        for (date, machine, versions), names in groups.items()
    ]
