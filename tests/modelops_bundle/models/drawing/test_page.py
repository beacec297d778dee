"""The page needs nothing from elsewhere, shows every node and arrow, and takes no name for markup."""

import re
from html.parser import HTMLParser

from modelops_bundle.models.drawing.graph import Arrow, Drawing, Node, Shape
from modelops_bundle.models.drawing.page import as_page
from modelops_bundle.models.drawing.text_formats import COLOURS
from modelops_bundle.models.readiness import Condition

MODEL = Node("seir", Shape.MODEL, Condition.STALE)
FILE = Node("models/seir.py", Shape.CODE, Condition.READY)
RATES = Node("models/rates.py", Shape.CODE, Condition.STALE)
LOOSE = Node("other.py", Shape.CODE)
DATA = Node('data/<script>alert(1)</script>&".csv', Shape.DATA, Condition.BROKEN)
DRAWING = Drawing(
    (MODEL, FILE, RATES, LOOSE, DATA),
    (Arrow(MODEL, FILE), Arrow(MODEL, DATA), Arrow(FILE, RATES, ("3", "7")), Arrow(RATES, FILE)),
)


class Page(HTMLParser):
    """What a page is made of, with each tag closed in the order in which it was opened."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.tags if name in (attributes.get("class") or "").split()]


def test_every_node_and_arrow_is_there() -> None:
    page = Page(as_page(DRAWING, "seir"))
    numbers = {node["data-number"] for node in page.of_class("node")}
    assert len(numbers) == len(DRAWING.nodes)
    ends = [(arrow["data-start"], arrow["data-end"]) for arrow in page.of_class("arrow")]
    assert len(ends) == len(DRAWING.arrows) and {each for pair in ends for each in pair} <= numbers
    assert len(page.of_class("silent")) == 1
    assert page.texts.count("models/seir.py:3, 7") == 2  # at the arrow, and in the table


def test_nodes_are_coloured_by_their_condition() -> None:
    page = Page(as_page(DRAWING, "seir"))
    boxes = [attributes for tag, attributes in page.tags if tag == "rect"]
    assert sorted(box["fill"] or "" for box in boxes) == sorted(
        COLOURS[node.condition][0] for node in DRAWING.nodes
    )
    for text in ("ready: 1", "stale: 2", "broken: 1", "not registered: 1"):
        assert text in page.texts


def test_names_are_no_markup() -> None:
    page = Page(as_page(DRAWING, "<b>seir</b>"))
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert "b" not in {tag for tag, _ in page.tags}
    assert page.texts.count("<b>seir</b>") == 2
    assert DATA.name in page.texts


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = as_page(DRAWING, "seir")
    assert re.findall(r"https?://[^\s\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert not {"src", "href"} & {name for _, attributes in Page(text).tags for name in attributes}
    assert "default-src 'none'" in text


def test_arrows_lead_from_left_to_right_where_there_is_no_circle() -> None:
    page = Page(as_page(Drawing(DRAWING.nodes, DRAWING.arrows[:3]), "seir"))
    for arrow in page.of_class("arrow"):
        start, end = re.findall(r"(\d+) \d+$|M(\d+)", arrow["d"] or "")
        assert int(start[1]) < int(end[0])


def test_an_empty_picture_is_a_page() -> None:
    assert "<svg" in as_page(Drawing((), ()), "nothing")
