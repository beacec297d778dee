"""DOT and Mermaid hold what the picture does, whatever names are made of."""

import re

from modelops_bundle.models.drawing.graph import Arrow, Drawing, Node, Shape
from modelops_bundle.models.drawing.text_formats import as_dot, as_mermaid
from modelops_bundle.models.readiness import Condition

MODEL = Node("seir", Shape.MODEL, Condition.STALE)
TARGET = Node("seir", Shape.TARGET, Condition.READY)
FILE = Node("models/seir.py", Shape.CODE, Condition.READY)
PACKAGE = Node("models/__init__.py", Shape.CODE)
DATA = Node('data/"a\\b"\n#<x>`.csv', Shape.DATA, Condition.BROKEN)
DRAWING = Drawing(
    (MODEL, TARGET, FILE, PACKAGE, DATA),
    (Arrow(MODEL, FILE), Arrow(MODEL, DATA), Arrow(FILE, PACKAGE), Arrow(FILE, DATA, ("3", "2:5"))),
)


def test_dot_names_every_node_and_arrow() -> None:
    lines = as_dot(DRAWING).splitlines()
    assert lines[0] == "digraph dependencies {" and lines[-1] == "}"
    assert '  "model:seir" [label="seir", shape=box3d, fillcolor="#fff3cd", color="#b36b00"];' in lines
    assert '  "target:seir" [label="seir", shape=hexagon, fillcolor="#e6f4ea", color="#1e7e34"];' in lines
    assert '  "model:seir" -> "code:models/seir.py";' in lines
    assert '  "code:models/seir.py" -> "code:models/__init__.py" [style=dashed];' in lines
    assert r'  "code:models/seir.py" -> "data:data/\"a\\b\"\\n#<x>`.csv" [label="3, 2:5"];' in lines
    assert len(lines) == 4 + len(DRAWING.nodes) + len(DRAWING.arrows)


def test_mermaid_names_every_node_and_arrow() -> None:
    lines = as_mermaid(DRAWING).splitlines()
    assert lines[0] == "flowchart LR"
    assert lines[1:6] == [
        '  n0[["seir"]]:::stale',
        '  n1{{"seir"}}:::ready',
        '  n2["models/seir.py"]:::ready',
        '  n3["models/__init__.py"]:::other',
        '  n4[("data/#34;a#92;b#34;#10;#35;#60;x#62;#96;.csv")]:::broken',
    ]
    assert lines[6:10] == ["  n0 --> n2", "  n0 --> n4", "  n2 -.-> n3", '  n2 -->|"3, 2:5"| n4']
    assert {line.split()[1] for line in lines[10:]} == {"ready", "stale", "broken", "other"}


def test_nothing_is_an_empty_picture() -> None:
    assert re.search(r"-[->]", as_dot(Drawing((), ()))) is None
    assert as_mermaid(Drawing((), ())).startswith("flowchart LR\n")
