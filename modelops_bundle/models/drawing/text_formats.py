"""Pictures as text for other programs: DOT for Graphviz, and Mermaid, which GitHub and notebooks show."""

import re

from modelops_bundle.models.drawing.graph import Drawing, Node, Shape
from modelops_bundle.models.readiness import Condition
from modelops_bundle.safe_path import printable

COLOURS = {
    Condition.READY: ("#e6f4ea", "#1e7e34"),
    Condition.STALE: ("#fff3cd", "#b36b00"),
    Condition.BROKEN: ("#fde2e1", "#b3261e"),
    None: ("#f3f4f6", "#6b7280"),
}
"""Fill and border of what is ready, stale, broken, or of no concern to anything registered."""

_DOT_SHAPES = {Shape.MODEL: "box3d", Shape.TARGET: "hexagon", Shape.CODE: "box", Shape.DATA: "cylinder"}
_MERMAID_SHAPES = {
    Shape.MODEL: ("[[", "]]"),
    Shape.TARGET: ("{{", "}}"),
    Shape.CODE: ("[", "]"),
    Shape.DATA: ("[(", ")]"),
}


def as_dot(drawing: Drawing) -> str:
    """Return a picture in the DOT language; dashed arrows lead to what Python runs without being told."""
    lines = ["digraph dependencies {", "  rankdir=LR;", '  node [style=filled, fontname="sans-serif"];']
    for node in drawing.nodes:
        fill, border = COLOURS[node.condition]
        look = f'shape={_DOT_SHAPES[node.shape]}, fillcolor="{fill}", color="{border}"'
        lines.append(f"  {_dot_key(node)} [label={_dot(node.name)}, {look}];")
    for arrow in drawing.arrows:
        silent = " [style=dashed]" if arrow.is_silent else ""
        label = f" [label={_dot(', '.join(arrow.places))}]" if arrow.places else silent
        lines.append(f"  {_dot_key(arrow.start)} -> {_dot_key(arrow.end)}{label};")
    return "\n".join([*lines, "}", ""])


def as_mermaid(drawing: Drawing) -> str:
    """Return a picture as a Mermaid flowchart."""
    numbers = {node: f"n{number}" for number, node in enumerate(drawing.nodes)}
    lines = ["flowchart LR"]
    for node, number in numbers.items():
        begin, end = _MERMAID_SHAPES[node.shape]
        lines.append(f'  {number}{begin}"{_mermaid(node.name)}"{end}:::{node.condition or "other"}')
    for arrow in drawing.arrows:
        places = f'|"{_mermaid(", ".join(arrow.places))}"|' if arrow.places else ""
        line = "-.->" if arrow.is_silent else "-->"
        lines.append(f"  {numbers[arrow.start]} {line}{places} {numbers[arrow.end]}")
    for condition, (fill, border) in COLOURS.items():
        lines.append(f"  classDef {condition or 'other'} fill:{fill},stroke:{border},color:#111827")
    return "\n".join([*lines, ""])


def _dot_key(node: Node) -> str:
    # A target may have the id of a model.
    return _dot(f"{node.shape}:{node.name}")


def _dot(text: str) -> str:
    quoted = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _mermaid(text: str) -> str:
    return re.sub(r"[^\w ./:,=+-]", lambda found: f"#{ord(found[0])};", text)
