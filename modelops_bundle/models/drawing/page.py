"""Pictures as one HTML page that needs nothing else: an SVG, a table of all in it, a few lines of script."""

from collections import deque
from html import escape

from modelops_bundle.models.drawing.graph import Arrow, Drawing, Node, Shape
from modelops_bundle.models.drawing.text_formats import COLOURS
from modelops_bundle.safe_path import printable

_CHARACTER, _PADDING, _ROW, _BOX, _GAP = 7.2, 20, 38, 26, 110
"""Width of a character, room around a name, height of a row, height of a box, room between columns; in pixels."""

_STYLE = """\
body { font: 14px sans-serif; color: #111827; margin: 24px; }
svg { border: 1px solid #e5e7eb; max-width: none; }
svg text { font: 12px monospace; }
.node { cursor: pointer; }
.arrow { fill: none; stroke: #9ca3af; marker-end: url(#tip); }
.silent { stroke-dasharray: 4 3; }
.picked .node:not(.on), .picked .arrow:not(.on) { opacity: 0.12; }
.arrow.on { stroke: #2563eb; }
.scroll { overflow: auto; }
table { border-collapse: collapse; margin-top: 24px; }
td, th { text-align: left; padding: 3px 12px 3px 0; vertical-align: top; border-bottom: 1px solid #e5e7eb; }
td { font-family: monospace; }
"""
_SCRIPT = """\
const svg = document.querySelector("svg");
const arrows = [...svg.querySelectorAll(".arrow")];
function follow(start, from, to) {
  const seen = new Set([start]), waiting = [start];
  while (waiting.length) {
    const at = waiting.pop();
    for (const arrow of arrows.filter(each => each.dataset[from] === at)) {
      arrow.classList.add("on");
      const next = arrow.dataset[to];
      if (!seen.has(next)) { seen.add(next); waiting.push(next); }
    }
  }
  for (const number of seen) svg.querySelector(`.node[data-number="${number}"]`).classList.add("on");
}
svg.addEventListener("click", event => {
  const node = event.target.closest(".node");
  svg.querySelectorAll(".on").forEach(each => each.classList.remove("on"));
  svg.classList.toggle("picked", Boolean(node));
  if (node) {
    follow(node.dataset.number, "start", "end");
    follow(node.dataset.number, "end", "start");
  }
});
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def as_page(drawing: Drawing, title: str) -> str:
    """Return a picture as an HTML page; a click on a node shows what it needs, and what needs it."""
    heading = escape(printable(title))
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{heading}</title>
<style>
{_STYLE}</style>
</head>
<body>
<h1>{heading}</h1>
<p>{_legend(drawing)}</p>
<div class="scroll">
{_svg(drawing)}
</div>
{_table(drawing)}
<script>
{_SCRIPT}</script>
</body>
</html>
"""


def _legend(drawing: Drawing) -> str:
    parts = []
    for condition, (fill, border) in COLOURS.items():
        if number := sum(node.condition is condition for node in drawing.nodes):
            style = f"background: {fill}; border: 1px solid {border}; padding: 2px 8px"
            parts.append(f'<span style="{style}">{condition or "not registered"}: {number}</span>')
    return "\n".join(parts)


def _svg(drawing: Drawing) -> str:
    columns = _columns(drawing)
    boxes: dict[Node, tuple[float, float, float]] = {}
    left = float(_PADDING)
    for column in columns:
        width = max(len(printable(node.name)) for node in column) * _CHARACTER + _PADDING
        boxes.update({node: (left, _PADDING + row * _ROW, width) for row, node in enumerate(column)})
        left += width + _GAP
    height = max(map(len, columns), default=0) * _ROW + 2 * _PADDING
    numbers = {node: number for number, node in enumerate(boxes)}
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{left:.0f}" height="{height}">',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7"'
            ' orient="auto"><path d="M0 0 8 4 0 8z" fill="#9ca3af"/></marker></defs>',
            *(_arrow(arrow, numbers, boxes) for arrow in drawing.arrows),
            *(_box(node, number, *boxes[node]) for node, number in numbers.items()),
            "</svg>",
        ]
    )


def _columns(drawing: Drawing) -> list[list[Node]]:
    """Return the nodes by how many arrows lead to them at least; in a column, near those that need them."""
    below: dict[Node, list[Node]] = {node: [] for node in drawing.nodes}
    for arrow in drawing.arrows:
        below[arrow.start].append(arrow.end)
    needed = {arrow.end for arrow in drawing.arrows}
    depths: dict[Node, int] = {}
    columns: list[list[Node]] = []
    # What only a circle leads to is reached from none of the first, and begins anew.
    for begin in [[node for node in drawing.nodes if node not in needed], *([node] for node in drawing.nodes)]:
        waiting = deque(node for node in begin if node not in depths)
        depths.update(dict.fromkeys(waiting, 0))
        while waiting:
            node = waiting.popleft()
            columns += [[]] if depths[node] == len(columns) else []
            columns[depths[node]].append(node)
            new = [other for other in dict.fromkeys(below[node]) if other not in depths]
            depths.update(dict.fromkeys(new, depths[node] + 1))
            waiting.extend(new)
    return columns


def _arrow(arrow: Arrow, numbers: dict[Node, int], boxes: dict[Node, tuple[float, float, float]]) -> str:
    (x1, top, width), (x2, bottom, other_width) = boxes[arrow.start], boxes[arrow.end]
    y1, y2 = top + _BOX / 2, bottom + _BOX / 2
    # It leaves and arrives where the boxes face each other; in one column, both to the right.
    leaves, arrives = (-1 if x2 < x1 else 1), (-1 if x2 > x1 else 1)
    x1, x2 = x1 + width * (leaves > 0), x2 + other_width * (arrives > 0)
    bend = max(_GAP / 2, abs(x2 - x1) / 3)
    bends = f"{x1 + leaves * bend:.0f} {y1:.0f} {x2 + arrives * bend:.0f} {y2:.0f}"
    path = f"M{x1:.0f} {y1:.0f}C{bends} {x2:.0f} {y2:.0f}"
    kind = "arrow silent" if arrow.is_silent else "arrow"
    title = f"<title>{escape(_places(arrow))}</title>"
    ends = f'data-start="{numbers[arrow.start]}" data-end="{numbers[arrow.end]}"'
    return f'<path class="{kind}" {ends} d="{path}">{title}</path>'


def _box(node: Node, number: int, left: float, top: float, width: float) -> str:
    fill, border = COLOURS[node.condition]
    round = 13 if node.shape is Shape.DATA else 3
    thick = 2.5 if node.shape in (Shape.MODEL, Shape.TARGET) else 1
    return (
        f'<g class="node" data-number="{number}">'
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{_BOX}" rx="{round}"'
        f' fill="{fill}" stroke="{border}" stroke-width="{thick}"/>'
        f'<text x="{left + _PADDING / 2:.0f}" y="{top + 17:.0f}">{escape(printable(node.name))}</text>'
        f"<title>{node.shape}, {node.condition or 'not registered'}</title></g>"
    )


def _table(drawing: Drawing) -> str:
    needed_by: dict[Node, list[str]] = {node: [] for node in drawing.nodes}
    for arrow in drawing.arrows:
        needed_by[arrow.end].append(escape(_places(arrow)))
    rows = (
        f"<tr><td>{escape(printable(node.name))}</td><td>{node.shape}</td>"
        f"<td>{node.condition or '-'}</td><td>{'<br>'.join(needed_by[node])}</td></tr>"
        for node in drawing.nodes
    )
    head = "<tr><th>Name</th><th>Kind</th><th>Status</th><th>Needed by</th></tr>"
    return "\n".join(["<table>", head, *rows, "</table>"])


def _places(arrow: Arrow) -> str:
    """Return `importer:line, line`."""
    name = printable(arrow.start.name)
    return f"{name}:{', '.join(arrow.places)}" if arrow.places else name
