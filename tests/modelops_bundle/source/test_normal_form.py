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

GOLDEN = Path(__file__).parent.parent / "golden" / "source"
DIGESTS = dict(line.split("  ")[::-1] for line in (GOLDEN / "digests").read_text().splitlines())
SINCE = re.compile(r"since_(\d+)_(\d+)_")
OPERATORS = [
    *("+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "|", "&", "^", "and", "or", "=", "+=", "-="),
    *("<", "<=", ">", ">=", "==", "!=", "is", "is not", "in", "not in"),
]
PATTERNS = [
    *(
        "None",
        "True",
        "False",
        "_",
        "a",
        "a.b",
        "1",
        "-1",
        "1.0",
        "'a'",
        "b'a'",
        "[a]",
        "[*a]",
        "[*_]",
        "[]",
        "[_]",
    ),
    *(
        "{}",
        "{1: a}",
        "{1: _}",
        "{**a}",
        "{1: a, **b}",
        "A()",
        "A(a)",
        "A(a=a)",
        "A(a=b)",
        "1 | 2",
        "2 | 1",
        "1 as b",
    ),
]


def form(source: str | bytes) -> str:
    """Return the normal form of a Python file without faults."""
    parsed = parse_source(source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass"), "a.py")
    assert parsed.fault is None, parsed.fault
    return normal_form(parsed)


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


SAME = {
    "blanks": ("x=1", "x  =  1  "),
    "blank lines": ("x=1\ny=2", "\n\nx=1\n\n\ny=2\n\n"),
    "comments": ("x=1", "# a\nx=1  # b"),
    "line ends": ("if x:\n    y='''a\nb'''\n", "if x:\r\n    y='''a\r\nb'''\r\n"),
    "byte order mark": ("x=1", "\ufeffx=1"),
    "semicolons": ("x=1;y=2;", "x=1\ny=2"),
    "parentheses": ("x = a + (b * c)", "x = (a + b * c)"),
    "tuples": ("return_, x = (1, 2)", "(return_, x) = 1, 2"),
    "trailing commas": ("f(a, b)", "f(\n    a,\n    b,\n)"),
    "backslashes": ("x = a + b", "x = a + \\\n  b"),
    "depth of indentation": ("if x:\n y\n", "if x:\n\ty\n"),
    "quotes": ("x = 'a'", 'x = """a"""'),
    "prefixes": ("x = u'a', r'b', B'c'", "x = 'a', 'b', b'c'"),
    "escapes": ("x = '\\x41\\u0042\\103'", "x = 'ABC'"),
    "text in pieces": ("x = 'a' 'b'", "x = 'ab'"),
    "f-strings in pieces": ("x = 'a' f'b{c}' 'd' f'e'", "x = f'ab{c}de'"),
    "number notation": ("x = 0xFF, 1_000, 1E2, 1J", "x = 255, 1000, 100.0, 1j"),
    "parentheses of del": ("del (a, [b, (c)], ()), d", "del a, b, c, d"),
    "parentheses of with": ("with (a as b, c): pass", "with a as b, c: pass"),
    "empty class parentheses": ("class A(): pass", "class A: pass"),
    "indented docstrings": (
        'def f():\n  """a\n\n    b\n  c"""',
        'def f():\n        """\n        a\n\n          b\n        c\n        """',
    ),
    "blanks in docstrings": ("'''a  \n \t\nb '''", "'''  a\n\nb\n'''"),
    "TABs before docstrings": ("def f():\n\t'''a\n\t\tb\n\tc'''", "def f():\n  '''a\n          b\n  c'''"),
    "form feeds": ("x=1\ny=2", "x=1\n\x0cy=2"),
    "compatible spellings of names": ("ﬁ = 1", "fi = 1"),
}


@pytest.mark.parametrize("name", SAME)
def test_what_only_looks_different_is_the_same(name: str) -> None:
    one, other = SAME[name]
    assert form(one) == form(other)


def test_encodings_do_not_matter() -> None:
    assert form("# coding: latin-1\nx = 'é'".encode("latin-1")) == form("x = 'é'")


# Programs of one line each, of which no two are the same.
DIFFERENT = {
    "numbers": "1\n1.0\nTrue\n1j\n0\n0.0\nFalse\n0j\n-0.0\n-0\n-1\nNone\n...\n'1'\nb'1'\n1e999\n1e999j",
    "empty values": "x = ''\nx = b''\nx = f''\nx = ()\nx = []\nx = {}\nx = None\nx = 0\nx: int\nx = ...",
    "huge numbers": f"0x1{'0' * 9000}\n0x1{'0' * 9001}\n0x1{'0' * 8999}1\n1e999",
    "surrogates": r"""
        x = '\ud83d\ude00'
        x = '\U0001f600'
        x = '\ud83d'
        x = '\ude00\ud83d'
    """,
    "strings": "x = 'a'\nx = 'A'\nx = 'a '\nx = ' a'\nx = '\\ta'\nx = b'a'\nx = a\nx = 'a', ''\nx = 'a',",
    "text that looks like records": r"""
        x = '1:a'
        x = 'a'
        x = 'a\nConstant=s1:b'
        x = 'a', 'b'
        x = '*'
    """,
    "f-strings": """
        x = f''
        x = ''
        x = f'a'
        x = 'a'
        x = f'{a}'
        x = f'{a!r}'
        x = f'{a!s}'
        x = f'{a!a}'
        x = f'{a:}'
        x = f'{a:x}'
        x = f'{a:xx}'
        x = f'{a:{x}}'
        x = f'{a:x{x}}'
        x = f'{a}x'
        x = f'x{a}'
        x = f'{a}{a}'
        x = f'{a=}'
        x = f'{a =}'
        x = f'{{a}}'
        x = '{{a}}'
    """,
    "order": "a; b\nb; a\na, b\nb, a\nf(a, b)\nf(b, a)\nf(a=1, b=2)\nf(b=2, a=1)\n{a: b}\n{b: a}\nf(a, b=b)",
    "grouping": """
        a + b * c
        (a + b) * c
        a + (b + c)
        a + b + c
        a < b < c
        (a < b) < c
        a < (b < c)
        a and b and c
        a and (b and c)
    """,
    "parameters": """
        def f(): pass
        def f(a): pass
        def f(a=1): pass
        def f(a=None): pass
        def f(a: int): pass
        def f(a: int = 1): pass
        def f(a, b): pass
        def f(b, a): pass
        def f(a, b=1): pass
        def f(a=1, b=2): pass
        def f(a=2, b=1): pass
        def f(a, /): pass
        def f(a, /, b): pass
        def f(a, b, /): pass
        def f(*, a): pass
        def f(*, a=1): pass
        def f(*, a, b=1): pass
        def f(*, a=1, b): pass
        def f(*, b, a=1): pass
        def f(a, *, b): pass
        def f(*a): pass
        def f(*a: int): pass
        def f(*a: *int): pass
        def f(**a): pass
        def f(a, *b): pass
        def f(*a, b): pass
        def f(a, **b): pass
        def f() -> a: pass
        async def f(): pass
        f = lambda: pass_
        f = lambda a: pass_
    """,
    "classes": "class f: pass\nclass f(a): pass\nclass f(a, b): pass\nclass f(b, a): pass\nclass f(a, b=b): pass\n"
    "class f(*a): pass\nclass f(**a): pass\nclass f(a): 'pass'\nclass f(a): f'pass'\nclass f(a): b'pass'",
    "imports": """
        import a
        import a.b
        import a as a
        import a, b
        import b, a
        from a import b
        from . import a
        from .a import b
        from .. import a
        from a import *
        from a import b as b
        from a import b, c
        from a.b import c
    """,
    "operators": "\n".join(f"a {operator} b" for operator in OPERATORS)
    + "\nnot a\n-a\n+a\n~a\na\na(b)\na[b]\na.b\na: b",
    "annotations": "x: int = 1\n(x): int = 1\nx: int\n(x): int\nx = 1\nx: str = 1",
    "slices": "a[b]\na[b:]\na[:b]\na[::b]\na[b,]\na[b:c]\na[b, c]\na[:]\na[...]\na[*b]\na[b:,]\na[b::b]",
    "loops": """
        [a for a in b]
        {a for a in b}
        (a for a in b)
        {a: a for a in b}
        [a for a in b if c]
        [a for a in b if c if d]
        [[a for a in b] for c in d]
        [a for a in b for c in d]
        [a for c in d for a in b]
        [a async for a in b]
    """,
    "names": "global a\nglobal a, b\nnonlocal a\na\ndel a\ndel a, b\na.a\n_a\na_\nA",
    "exits": """
        def f(): return
        def f(): return None
        def f(): yield
        def f(): yield None
        def f(): yield from None
        def f(): await None
        def f(): raise
        def f(): raise a
        def f(): raise a from b
        def f(): raise a from None
        def f(): pass
        def f(): ...
        def f(): assert a
        def f(): assert a, b
    """,
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_runs_differently_is_different(name: str) -> None:
    sources = [line.strip() for line in DIFFERENT[name].strip().split("\n")]
    assert len({form(source) for source in sources}) == len(set(sources)) == len(sources)


@pytest.mark.parametrize("one", PATTERNS)
def test_each_pattern_is_different(one: str) -> None:
    form_of = {pattern: form(f"match a:\n    case {pattern}: pass") for pattern in PATTERNS}
    assert [pattern for pattern in PATTERNS if form_of[pattern] == form_of[one]] == [one]


BLOCKS = [
    "if a:\n    b\nc",
    "if a:\n    b\n    c",
    "if a:\n    b\nelse:\n    c",
    "while a:\n    b\nc",
    "while a:\n    b\nelse:\n    c",
    "for a in b:\n    pass\nc",
    "for a in b:\n    pass\n    c",
    "def f():\n    b\nc",
    "def f():\n    b\n    c",
    "@a\ndef f():\n    b\nc",
    "@a\n@b\ndef f():\n    c",
    "@b\n@a\ndef f():\n    c",
    "@a()\ndef f():\n    b\nc",
    "with a:\n    b\nc",
    "with a:\n    b\n    c",
    "with a as b:\n    c",
    "try:\n    b\nfinally:\n    c",
    "try:\n    b\nexcept a:\n    c",
    "try:\n    b\nexcept a as c:\n    c",
    "try:\n    b\nexcept* a:\n    c",
    "try:\n    b\nexcept a:\n    c\nelse:\n    c",
    "try:\n    b\nexcept a:\n    c\nfinally:\n    c",
]


def test_blocks_are_different() -> None:
    assert len({form(source) for source in BLOCKS}) == len(BLOCKS)


DOCSTRINGS = [
    "a",
    "A",
    "a\n\nb",
    "a\nb",
    "a\nb\nc",
    "a\n  b\nc",
    "a\n  b\n    c",
    "a b",
    "a  b",
    "a\tb",
    "",
    r"\a",
]


def test_docstrings_are_different() -> None:
    sources = [f"{prefix}'''{text}'''" for text in DOCSTRINGS for prefix in ("", "f", "b")]
    assert len({form(source) for source in sources}) == len(sources)


def test_docstrings_with_escaped_line_ends_are_the_same_however_their_lines_are_indented() -> None:
    one = "def f():\n  '''a\n    b('c\\nd')\n  '''"
    assert form(one) == form(one.replace("    b", "        b").replace("def f", "def  f"))
    assert form(one) != form(one.replace("nd", "ne"))
    assert form(one) != form(one.replace("\\n", "\\\\n"))


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
