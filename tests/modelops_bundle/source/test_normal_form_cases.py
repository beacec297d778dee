"""What the normal form tells apart: programs that run differently, and not the same one laid out differently."""

import pytest

from tests.support.normal_form_reader import form

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
