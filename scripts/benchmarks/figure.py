"""Draw one row on a logarithmic scale as SVG: a dot for the median, a line from min to max, a bar for a budget.

Times are drawn as multiples of a peer's; counts that have a budget as multiples of it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from scripts.benchmarks.results import RATIO, Result

_WIDTH = 960
_LEFT = 430
_RIGHT = 30
_STEP = 26
_TOP = 66
_COLOURS = {"ok": "#1a7f37", "over": "#c0392b", "": "#6e7781"}


@dataclass(frozen=True, slots=True)
class _Line:
    """One result, as multiples of what it is compared with; `limit` is the budget in the same measure."""

    label: str
    values: tuple[float, ...]
    middle: float
    limit: float | None
    verdict: str


def draw(work: str, results: Sequence[Result]) -> str:
    """Return the figure of one row; empty when it has nothing to compare."""
    lines = [line for each in results if (line := _comparison(each))]
    if not lines:
        return ""
    numbers = [number for line in lines for number in (*line.values, line.limit or 1)]
    low = math.floor(math.log10(min(numbers)))
    high = max(math.ceil(math.log10(max(numbers))), low + 1)

    def x(ratio: float) -> float:
        return _LEFT + (math.log10(ratio) - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    height = _TOP + _STEP * len(lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        ' font-family="sans-serif" font-size="12">',
        f"<title>{escape(work)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="18" font-size="14" font-weight="bold" fill="#24292f">{escape(work)}</text>',
    ]
    for exponent in range(low, high + 1):
        at = x(10**exponent)
        parts.append(f'<line x1="{at:.1f}" y1="44" x2="{at:.1f}" y2="{height - 8}" stroke="#d0d7de"/>')
        parts.append(f'<text x="{at:.1f}" y="38" text-anchor="middle" fill="#57606a">{10.0**exponent:g} x</text>')
    if low <= 0 <= high:
        parts.append(f'<line x1="{x(1):.1f}" y1="44" x2="{x(1):.1f}" y2="{height - 8}" stroke="#57606a"/>')
    for number, line in enumerate(lines):
        parts += _drawn(line, _TOP + _STEP * number, x)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _comparison(result: Result) -> _Line | None:
    if not result.values or min(result.values) <= 0:
        return None
    if result.unit == RATIO:
        label = f"{result.work} / {result.against}"
        return _Line(label, result.values, result.median, result.limit, result.verdict)
    if result.limit is None:
        return None
    label = f"{result.work}: {result.median:,.0f} of {result.limit:,.0f} {result.unit}"
    shares = tuple(value / result.limit for value in result.values)
    return _Line(label, shares, result.median / result.limit, 1.0, result.verdict)


def _drawn(line: _Line, y: int, x: Callable[[float], float]) -> list[str]:
    colour = _COLOURS[line.verdict.partition(" ")[0]]
    low, middle, high = x(min(line.values)), x(line.middle), x(max(line.values))
    parts = [
        f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end" fill="#24292f">{escape(line.label)}</text>',
        f'<line x1="{low:.1f}" y1="{y}" x2="{high:.1f}" y2="{y}" stroke="{colour}" stroke-width="2"/>',
        f'<circle cx="{middle:.1f}" cy="{y}" r="4.5" fill="{colour}"/>',
    ]
    if line.limit is not None:
        at = x(line.limit)
        parts.append(
            f'<line x1="{at:.1f}" y1="{y - 9}" x2="{at:.1f}" y2="{y + 9}" stroke="#0550ae" stroke-width="3"/>'
        )
    return parts
