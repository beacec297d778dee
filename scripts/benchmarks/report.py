"""Show results as a table: in a terminal, and in Markdown. Times appear as ratios only."""

from collections.abc import Mapping, Sequence

from scripts.benchmarks.results import RATIO, Result

HEAD = ("row", "work", "against", "median", "min–max", "n", "budget", "verdict")
_MISSING = "–"


def table(rows: Mapping[str, Sequence[Result]]) -> list[tuple[str, ...]]:
    """Return the cells of the table, its head first."""
    return [HEAD, *(cells(name, result) for name, results in rows.items() for result in results)]


def text(rows: Sequence[Sequence[str]]) -> str:
    """Return a table for a terminal."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return a table for a page."""
    head, *others = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(HEAD), *others]) + "\n"


def cells(name: str, result: Result) -> tuple[str, ...]:
    limit = _MISSING if result.limit is None else f"at most {_amount(result, result.limit)}"
    work = result.work
    against = result.against or _MISSING
    if not result.values:
        return name, work, against, _MISSING, _MISSING, "0", limit, result.verdict
    low, high = min(result.values), max(result.values)
    spread = f"{_number(result, low)}–{_number(result, high)}"
    values = _amount(result, result.median), spread, str(len(result.values))
    return name, work, against, *values, limit, result.verdict or _MISSING


def _amount(result: Result, value: float) -> str:
    return f"{_number(result, value)} {result.unit}"


def _number(result: Result, value: float) -> str:
    if result.unit != RATIO:
        return f"{value:,.0f}"
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"
