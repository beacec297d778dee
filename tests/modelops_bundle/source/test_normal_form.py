"""The normal form: the same however a program is laid out, another for another program, the same everywhere.

`golden/source` holds a digest for each of its sources. If one changes, everybody's models become stale without
reason: correct the code, or give the form a new version.
"""

import ast
import re
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.source.normal_form import clean_docstring, normal_form, semantic_digest
from modelops_bundle.source.syntax import parse_source
from tests.support.normal_form_reader import form

GOLDEN = Path(__file__).parent.parent / "golden" / "source"
DIGESTS = dict(line.split("  ")[::-1] for line in (GOLDEN / "digests").read_text().splitlines())
SINCE = re.compile(r"since_(\d+)_(\d+)_")


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_a_source_has_the_digest_that_it_always_had(name: str) -> None:
    since = SINCE.match(name)
    if since and sys.version_info < tuple(map(int, since.groups())):
        pytest.skip(f"Python {'.'.join(since.groups())} reads this first")
    data = (GOLDEN / f"{name}.txt").read_bytes()
    parsed = parse_source(data, name)
    assert bool(parsed.fault) == name.startswith("fault.")
    assert semantic_digest(parsed, data) == DIGESTS[name]


def test_every_golden_source_is_tested() -> None:
    assert sorted(path.name.removesuffix(".txt") for path in GOLDEN.glob("*.txt")) == sorted(DIGESTS)


def test_the_golden_sources_hold_every_kind_of_node() -> None:
    held = {
        type(node).__name__
        for name in DIGESTS
        for cell in parse_source((GOLDEN / f"{name}.txt").read_bytes(), name).cells
        for node in ast.walk(cell)
    }
    kinds = {kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)}
    # Those that others derive from stand for no syntax, nor do those left over from Python 3.8.
    abstract = {base for kind in kinds for base in kind.__bases__} | {
        ast.Interactive,
        ast.Expression,
        ast.FunctionType,
    }
    missing = {kind.__name__ for kind in kinds - abstract if "Deprecated" not in (kind.__doc__ or "")} - held
    assert missing <= {"AugLoad", "AugStore", "Param", "Suite", "Index", "ExtSlice", "TypeIgnore"}


def test_the_form_is_what_the_docs_show() -> None:
    page = Path(__file__).parents[3] / "docs" / "formats" / "semantic-digest.md"
    examples = re.findall(r"```python\n(.*?)```\n.*?```text\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert examples
    for source, shown in examples:
        assert form(source) == shown


def test_a_source_that_does_not_parse_is_known_by_its_bytes() -> None:
    def digest(data: bytes) -> str:
        return semantic_digest(parse_source(data, "a.py"), data)

    assert digest(b"x = (") == digest(b"x = (")
    assert digest(b"x = (") != digest(b"x =  (")
    assert digest(b"x = (\0") != digest(b"x = (\0\0")
    assert len({digest(b"x = ("), digest(b""), digest(b"x = 1")}) == 3


def test_an_empty_file_and_one_of_comments_are_the_same() -> None:
    assert form("") == form("# nothing\n") == "Module\n"


@given(st.text(st.sampled_from("ab \t\n\x0c\xa0é"), max_size=30))
def test_a_clean_docstring_has_all_words_and_no_blanks_around_them(text: str) -> None:
    cleaned = clean_docstring(text)
    assert cleaned.split() == text.split()
    assert cleaned == cleaned.strip("\n")
    assert [line for line in cleaned.split("\n") if line != line.rstrip()] == []


@given(
    st.lists(st.text(st.sampled_from("ab \t"), max_size=8), min_size=1, max_size=5),
    st.integers(0, 3),
    st.sampled_from(["", " ", "\t", "  \t"]),
)
def test_how_far_a_docstring_is_indented_does_not_matter(lines: list[str], deeper: int, blanks: str) -> None:
    text = "\n".join(lines)
    moved = "\n".join([blanks + lines[0] + blanks, *("        " * deeper + line + blanks for line in lines[1:])])
    assert clean_docstring(moved) == clean_docstring(text)


@given(st.text(), st.text())
def test_text_is_the_same_only_if_it_is_equal(one: str, other: str) -> None:
    assert (form(f"x = {one!r}") == form(f"x = {other!r}")) == (one == other)


@given(st.floats(min_value=0, allow_nan=False), st.floats(min_value=0, allow_nan=False))
def test_numbers_are_the_same_only_if_their_bits_are(one: float, other: float) -> None:
    def written(value: float) -> str:
        return "1e999" if value == float("inf") else repr(value)

    assert (form(f"x = {written(one)}") == form(f"x = {written(other)}")) == (one.hex() == other.hex())


@pytest.mark.parametrize("source", ["a" + ".b" * 900, "+".join(["1"] * 900), "-" * 900 + "1"])
def test_deep_expressions_are_read(source: str) -> None:
    assert form(source).count("\n") > 900


def test_time_grows_with_size_only() -> None:
    def seconds(source: bytes) -> float:
        parsed = parse_source(source, "a.py")
        start = time.perf_counter()
        normal_form(parsed)
        return time.perf_counter() - start

    block = b"def f(a, b=1):\n    return [a.b(c) for c in range(10) if c > 1]\n"
    small = min(seconds(block * 100) for _ in range(3))
    assert seconds(block * 3000) < small * 30 * 10
