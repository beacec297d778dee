"""Draw ratios on a logarithmic scale as SVG: a dot for the median, a line from min to max, a bar for a budget."""

import math
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

from scripts.benchmarks.results import RATIO, Result

_WIDTH = 960
_LEFT = 400
_RIGHT = 30
_STEP = 22
_TOP = 56
_COLOURS = {"ok": "#1a7f37", "over": "#c0392b", "": "#6e7781"}


def draw(rows: Mapping[str, Sequence[Result]]) -> str:
    """Return one figure with every ratio, grouped by row."""
    shown = [
        (name, each) for name, results in rows.items() for each in results if each.unit == RATIO and each.values
    ]
    numbers = [number for _, each in shown for number in (*each.values, each.limit or 1)]
    low = math.floor(math.log10(min(numbers, default=1)))
    high = max(math.ceil(math.log10(max(numbers, default=10))), low + 1)

    def x(ratio: float) -> float:
        return _LEFT + (math.log10(ratio) - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    height = _TOP + _STEP * len(shown) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        ' font-family="sans-serif" font-size="12">',
        "<title>Time of modelops-bundle as a multiple of that of peers and physical limits</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="16" fill="#24292f">our time as a multiple of theirs (logarithmic);'
        " the dot is the median, the bar the budget</text>",
    ]
    for exponent in range(low, high + 1):
        at = x(10**exponent)
        parts.append(f'<line x1="{at:.1f}" y1="36" x2="{at:.1f}" y2="{height - 16}" stroke="#d0d7de"/>')
        parts.append(f'<text x="{at:.1f}" y="32" text-anchor="middle" fill="#57606a">{10.0**exponent:g} x</text>')
    parts.append(f'<line x1="{x(1):.1f}" y1="36" x2="{x(1):.1f}" y2="{height - 16}" stroke="#57606a"/>')
    last = ""
    for number, (name, result) in enumerate(shown):
        y = _TOP + _STEP * number
        if name != last and number:
            parts.append(f'<line x1="8" y1="{y - 14}" x2="{_WIDTH - 8}" y2="{y - 14}" stroke="#eaeef2"/>')
        last = name
        parts += _line(result, y, x)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _line(result: Result, y: int, x: Callable[[float], float]) -> list[str]:
    colour = _COLOURS[result.verdict.partition(" ")[0]]
    label = escape(f"{result.work} / {result.against}")
    low, middle, high = x(min(result.values)), x(result.median), x(max(result.values))
    parts = [
        f'<text x="{_LEFT - 10}" y="{y + 4}" text-anchor="end" fill="#24292f">{label}</text>',
        f'<line x1="{low:.1f}" y1="{y}" x2="{high:.1f}" y2="{y}" stroke="{colour}" stroke-width="2"/>',
        f'<circle cx="{middle:.1f}" cy="{y}" r="4.5" fill="{colour}"/>',
    ]
    if result.limit is not None:
        at = x(result.limit)
        parts.append(
            f'<line x1="{at:.1f}" y1="{y - 8}" x2="{at:.1f}" y2="{y + 8}" stroke="#0550ae" stroke-width="3"/>'
        )
    return parts
