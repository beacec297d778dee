"""What a row found: ratios of times, or counts, each with the limit that the design sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from scripts.benchmarks.timing import Run

OURS = "ours"
RATIO = "x"


@dataclass(frozen=True, slots=True)
class Result:
    """One comparison.

    `values` holds one number for each round; in unit "x", our time as a multiple of that of `against`, else a
    count. Without values, `note` says why. Without a `limit`, it is for information.
    """

    work: str
    against: str
    unit: str = RATIO
    values: tuple[float, ...] = ()
    limit: float | None = None
    note: str = ""

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def verdict(self) -> str:
        """Say whether the limit is kept; empty for what has none."""
        if not self.values:
            return self.note
        if self.limit is None:
            return ""
        excess = self.median / self.limit
        return "ok" if excess <= 1 else f"over by {excess:.2f} x"

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Result":
        return cls(**{**value, "values": tuple(value["values"])})


def ratios(work: str, runs: Mapping[str, Sequence[Run]], limits: Mapping[str, float]) -> list[Result]:
    """Compare our runs with each peer's, round by round; `limits` holds what the design sets for a peer."""
    found = []
    for name in [name for name in runs if name != OURS] + [name for name in limits if name not in runs]:
        pairs = zip(runs[OURS], runs.get(name, ()), strict=False)
        values = tuple(ours.seconds / theirs.seconds for ours, theirs in pairs)
        note = "" if values else "not measured"
        found.append(Result(work, name, values=values, limit=limits.get(name), note=note))
    return found
