"""How people see things: lines, sizes, times, tables. What scripts parse is JSON or `--porcelain=v1`."""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from modelops_bundle.plumbing._session import Session
from modelops_bundle.plural import count_of
from modelops_bundle.safe_path import printable

MANY = 50
"""More lines than this of one kind are counted instead of listed."""


def say(text: str = "") -> None:
    """Print a line of the answer on stdout."""
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")


def talk(session: Session, text: str) -> None:
    """Tell something beside the answer on stderr, unless asked to be quiet."""
    if session.verbosity >= 0:
        sys.stderr.write(printable_lines(text) + "\n")


def printable_lines(text: str) -> str:
    """Return text whose control characters, apart from line ends, are escaped."""
    return "\n".join(printable(line) for line in text.split("\n"))


def print_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def human_size(size: int) -> str:
    """Return a number of bytes for people: 1024-based, one decimal."""
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TB"


def human_age(seconds: float) -> str:
    """Return how long ago something was, given seconds since the epoch."""
    age = max(0, int(time.time() - seconds))
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if age >= length:
            return count_of(age // length, unit) + " ago"
    return count_of(age, "second") + " ago"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print aligned columns."""
    lines = [header, *rows]
    widths = [max(len(row[column]) for row in lines) for column in range(len(header))]
    for row in lines:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def listing(mark: str, paths: Sequence[str], *, all_of_them: bool = False) -> None:
    """Print paths behind a mark, and how many more there are."""
    shown = paths if all_of_them else paths[:MANY]
    for path in shown:
        say(f"  {mark} {printable(path)}")
    if len(paths) > len(shown):
        say(f"  … and {len(paths) - len(shown)} more (--porcelain=v1 lists all)")
