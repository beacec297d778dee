"""Source is compared by what Python reads in it; formatting and docstrings are told for what they are."""

import ast
import json
import random
from copy import deepcopy

import pytest

from modelops_bundle.changes.detail import Comparison, Effect
from modelops_bundle.changes.detail_text import text_of
from modelops_bundle.changes.side import Side
from modelops_bundle.changes.sources import compare_sources
from modelops_bundle.changes.statements import Statement, blocks_of
from modelops_bundle.source.normal_form import normal_form
from modelops_bundle.source.syntax import parse_source
from tests.support.cli import CHECKOUT

SOURCE = '''\
"""A model."""
import math

N = 10


class A:
    """Holds."""

    def f(self, x):
        """Do it."""
        return math.sqrt(x)  # as is
'''


def compared(old: str, new: str, path: str = "a.py") -> Comparison:
    return compare_sources(Side.of(old.encode()), Side.of(new.encode()), path)


def notebook(*cells: str, text: str = "", output: str = "") -> str:
    code = [{"cell_type": "code", "source": cell, "outputs": [output], "metadata": {}} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": text}, *code], "metadata": {}})


def test_only_formatting() -> None:
    found = compared(SOURCE, SOURCE.replace("    ", "  ").replace("# as is", "# so").replace("\n", "\r\n"))
    assert (found.effect, found.details) == (Effect.FORMATTING, ())
    assert found.summary == "only comments or formatting: Python reads the same program"


def test_only_docstrings() -> None:
    found = compared(SOURCE, SOURCE.replace("Do it.", "Do it now.").replace("Holds.", "Has."))
    assert (found.effect, found.note, found.summary) == (
        Effect.DOCSTRINGS,
        "only docstrings",
        "2 docstrings changed",
    )


def test_what_is_beyond_our_limits_is_compared_as_text_and_called_no_error() -> None:
    deep = f"{SOURCE}x = {'-' * 100_000}1\n"
    for old, new in (SOURCE, deep), (deep, SOURCE):
        found = compared(old, new)
        assert found.note == "not analysed, so compared line by line"
        assert found.details and not [each for each in found.details if each.kind == "syntax error"]
    assert text_of(compared(deep, "x = (\n").details[0]) == "+ syntax error, line 1: '(' was never closed"


def test_a_docstring_and_more() -> None:
    assert compared(SOURCE, SOURCE.replace("Do it.", "Do.").replace("10", "20")).effect is Effect.CONTENT


def test_an_assigned_string_is_no_docstring() -> None:
    assert compared("x = 'a'", "x = 'b'").effect is Effect.CONTENT


def test_source_that_does_not_parse_any_more_is_compared_as_text() -> None:
    found = compared(SOURCE, SOURCE.replace("sqrt(x)", "sqrt(x"))
    assert found.note == "does not parse, so compared line by line"
    assert [text_of(detail) for detail in found.details] == [
        "+ syntax error, line 12: '(' was never closed",
        "~ line, line 12:         return math.sqrt(x)  # as is ->         return math.sqrt(x  # as is",
    ]


def test_source_that_parses_again() -> None:
    found = compared(SOURCE.replace("sqrt(x)", "sqrt(x"), SOURCE)
    assert text_of(found.details[0]) == "- syntax error, old line 12: '(' was never closed"


def test_an_error_that_is_still_there_is_not_what_differs() -> None:
    found = compared("x = (\n", "# note\nx = (\n")
    assert [text_of(detail) for detail in found.details] == ["+ line, line 1: # note"]


def test_a_notebook_by_its_code_cells() -> None:
    old = notebook("import os\nx = 1", "%run a.py")
    found = compared(old, notebook("import os\nx = 2", "%run b.py"), "a.ipynb")
    assert found.format == "notebook"
    assert [text_of(detail) for detail in found.details] == [
        "~ constant x, cell 1 line 2: 1 -> 2",
        "~ statement, cell 2 line 1: get_ipython().run_line_magic('run', 'a.py') -> "
        "get_ipython().run_line_magic('run', 'b.py')",
    ]


def test_a_notebook_of_which_only_outputs_and_texts_differ() -> None:
    found = compared(notebook("x = 1"), notebook("x=1", text="# Title", output="1"), "a.ipynb")
    assert found.effect is Effect.FORMATTING
    assert found.summary == "only outputs, text cells or formatting: Python reads the same program"


def test_a_broken_notebook_is_compared_as_text() -> None:
    assert compared(notebook("x = 1"), "{", "a.ipynb").note == "does not parse, so compared line by line"


REAL = (CHECKOUT / "modelops_bundle/sync/merge.py").read_text()


def edited(source: str, chance: random.Random) -> str:
    """Return a source in which statements were deleted, copied, moved or wrapped, and literals changed."""
    tree = ast.parse(source)
    for _ in range(chance.randrange(1, 4)):
        _edit(tree, chance)
    return ast.unparse(ast.fix_missing_locations(tree))


def _edit(tree: ast.Module, chance: random.Random) -> None:
    nodes = list(ast.walk(tree))
    blocks = [block for node in nodes for name in ("body", "orelse") for block in [getattr(node, name, None)]]
    block = chance.choice([each for each in blocks if isinstance(each, list) and each])
    at, to = chance.randrange(len(block)), chance.randrange(len(block))
    kind = chance.randrange(6)
    if kind == 0 and len(block) > 1:
        del block[at]
    elif kind == 1:
        block.insert(to, block.pop(at))
    elif kind == 2:
        block.insert(to, deepcopy(block[at]))
    elif kind == 3:
        block[at] = ast.If(ast.Name("condition", ast.Load()), [block[at]], [])
    elif kind == 4:
        names = [node for node in nodes if isinstance(node, ast.Name)]
        chance.choice(names).id = "renamed"
    else:
        literals = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, int | str)]
        literal = chance.choice(literals)
        literal.value = literal.value + "x" if isinstance(literal.value, str) else not literal.value


@pytest.mark.parametrize("seed", range(40))
def test_something_is_named_exactly_where_the_program_differs(seed: int) -> None:
    chance = random.Random(seed)
    old, new = (edited(REAL, chance) for _ in range(2))
    before, after = (parse_source(source.encode(), "a.py") for source in (old, new))
    if before.fault or after.fault:
        pytest.skip("the edits made no Python")
    found = compared(old, new)
    assert bool(found.details) == (normal_form(before) != normal_form(after))
    assert compared(old, old).details == ()
    assert all(text_of(detail) for detail in found.details)


def test_every_statement_of_a_real_file_is_named_when_it_changes() -> None:
    tree = ast.parse(REAL)
    waiting: list[list[Statement]] = [list(tree.body)]
    statements = []
    while waiting:
        for each in waiting.pop():
            statements.append(each)
            waiting += blocks_of(each).values()
    returns = [each for each in statements if isinstance(each, ast.Return | ast.Assign | ast.Expr)]
    assert len(returns) > 30
    for each in returns:
        assert isinstance(each, ast.Return | ast.Assign | ast.Expr)
        kept, each.value = each.value, ast.Constant(987)
        found = compared(REAL, ast.unparse(ast.fix_missing_locations(tree)))
        each.value = kept
        said = [text_of(detail) for detail in found.details]
        # A deleted docstring shows its own text; all else shows the new value.
        assert any("987" in line or line.startswith("- docstring") for line in said), said
        assert len(said) <= 3
