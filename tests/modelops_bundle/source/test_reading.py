"""One look at a file tells all that is asked of it, whatever its bytes are."""

from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.source.facts import ImportStatement
from modelops_bundle.source.reading import read_source, unread_source
from tests.modelops_bundle.source.projects import notebook

SOURCE = b"""\
import starsim as ss
from .util import f as g
__all__ = ["SIR"]
class SIR(ss.Sim):
    pass
"""


def test_all_parts_of_a_file_are_read() -> None:
    facts = read_source(SOURCE, "models/sir.py")
    assert [statement.module for statement in facts.imports] == ["starsim", "util"]
    assert facts.bindings == {"ss": "starsim", "g": ".util.f"}
    assert facts.names >= {"ss", "g", "SIR"}
    assert facts.exports == ("SIR",)
    assert [(each.name, each.bases) for each in facts.classes] == [("SIR", ("ss.Sim",))]
    assert facts.semantic.startswith("blake3:")
    assert facts.fault is None


def test_a_notebook_is_read_cell_by_cell() -> None:
    facts = read_source(notebook("import a", "import b").encode(), "a.ipynb")
    assert facts.imports == (ImportStatement("a", 1, cell=1), ImportStatement("b", 1, cell=2))


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.sampled_from(["a.py", "a.ipynb"]))
def test_no_bytes_are_too_strange_to_be_read(data: bytes, path: str) -> None:
    facts = read_source(data, path)
    assert facts.semantic.startswith("blake3:")
    assert facts == read_source(data, path)


def test_a_file_that_cannot_be_read_is_told_from_another_by_its_digest() -> None:
    fault = unread_source("sha256:1").fault
    assert fault and fault.beyond_limits
    assert unread_source("sha256:1") == unread_source("sha256:1")
    assert unread_source("sha256:1").semantic != unread_source("sha256:2").semantic
