"""Small changes to real Python source, of the kinds that people make; each kind lists the edits it could make."""

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

Statements = list[ast.stmt]


class Edit(NamedTuple):
    """What stands from `start` to `end` becomes `text`."""

    start: int
    end: int
    text: str


class Token(NamedTuple):
    kind: int
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """The text of a Python file, with LF line ends, and what editing it takes."""

    text: str

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins; one more for the end of the text."""
        return [0, *(match.end() for match in re.finditer("\n", self.text)), len(self.text)]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def tokens(self) -> list[Token]:
        found = tokenize.generate_tokens(io.StringIO(self.text).readline)
        lines = self._lines
        return [
            Token(
                token.type,
                token.string,
                lines[token.start[0] - 1] + token.start[1],
                lines[token.end[0] - 1] + token.end[1],
            )
            for token in found
            if token.type
            not in (tokenize.ENDMARKER, tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT)
        ]

    def offset(self, line: int, column: int) -> int:
        """Return where a position is that `ast` tells: it counts bytes."""
        start = self._lines[line - 1]
        return start + len(self.text[start : self._lines[line]].encode()[:column].decode())

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return where an expression or a simple statement stands."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def lines_of(self, statement: ast.stmt) -> tuple[int, int] | None:
        """Return where the lines of a statement stand, or None when it shares them with another."""
        first = min([statement.lineno, *(node.lineno for node in getattr(statement, "decorator_list", []))])
        assert statement.end_lineno is not None
        start, end = self._lines[first - 1], self._lines[statement.end_lineno]
        before = self.text[start : self._lines[first]]
        indented = len(before) - len(before.lstrip())
        last = self.text[self.span(statement)[1] : end]
        if indented == statement.col_offset and re.fullmatch(r"\s*(#.*)?\n?", last):
            return start, end
        return None

    @cached_property
    def blocks(self) -> list[Statements]:
        """All lists of statements, a module's own first."""
        found = []
        for node in ast.walk(self.tree):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list) and block:
                    found.append(block)
        return found


_PAIRS = [
    *(("+", "-"), ("*", "/"), ("//", "%"), ("**", "@"), ("<<", ">>"), ("&", "|"), ("<", "<="), (">", ">=")),
    *(("==", "!="), ("+=", "-="), ("*=", "/="), ("|=", "&="), ("and", "or"), ("break", "continue")),
]
SWAPS = {**dict(_PAIRS), **{other: one for one, other in _PAIRS}, "in": "not in", "not": "", "is": "=="}


def operators(source: Source) -> list[Edit]:
    """Take another operator."""
    return [Edit(token.start, token.end, SWAPS[token.text]) for token in source.tokens if token.text in SWAPS]


def constants(source: Source) -> list[Edit]:
    """Take another number, of another type too, or another of True, False and None."""
    edits = []
    for token in source.tokens:
        if token.kind == tokenize.NUMBER:
            texts = [f"{token.text}0", f"1{token.text}", f"-{token.text}", "True", f"({token.text}+1)"]
            if token.text.isdigit():
                texts += [f"{token.text}.0", f"{token.text}j", f"{token.text}e1"]
            edits += [Edit(token.start, token.end, text) for text in texts]
        elif token.text in ("True", "False", "None"):
            others = {"True", "False", "None", "0", "1", "0.0", "''"} - {token.text}
            edits += [Edit(token.start, token.end, other) for other in sorted(others)]
    return edits


def names(source: Source) -> list[Edit]:
    """Misspell a name, or take another one of the file."""
    found = [token for token in source.tokens if token.kind == tokenize.NAME and not keyword.iskeyword(token.text)]
    edits = [Edit(token.start, token.end, token.text + "_") for token in found]
    edits += [Edit(token.start, token.end, token.text.swapcase()) for token in found]
    edits += [Edit(one.start, one.end, other.text) for one, other in pairwise(found) if one.text != other.text]
    return edits


def strings(source: Source) -> list[Edit]:
    """Change a character of a string, docstrings among them: its case, a blank more, one less, an escape."""
    edits = []
    for token in source.tokens:
        quoted = (
            re.fullmatch(r"(?s)(\w*)('''|\"\"\"|'|\")(.*)\2", token.text)
            if token.kind == tokenize.STRING
            else None
        )
        if not quoted:
            continue
        start, text = token.start + quoted.start(3), quoted[3]
        edits.append(Edit(token.end - len(quoted[2]), token.end - len(quoted[2]), "x"))
        edits.append(Edit(token.start, token.start, "b" if quoted[1] == "" else ""))
        for at in {0, len(text) // 3, len(text) // 2, len(text) - 1} if text else ():
            letter = text[at]
            edits += [
                Edit(start + at, start + at + 1, changed)
                for changed in (letter.swapcase(), letter + " ", letter + letter, "", "\\n", "\\x00")
                if changed != letter
            ]
    return edits


def indentation(source: Source) -> list[Edit]:
    """Move a statement into the block before it, or the last one of a block out of it."""
    edits: list[Edit] = []
    inside = lines_within_strings(source.tree)
    for block in source.blocks:
        for before, statement in pairwise(block):
            inner = [child for name in ("body", "orelse", "finalbody") for child in getattr(before, name, [])]
            if inner and inner[-1].lineno > before.lineno:
                edits += _shift(source, statement, inner[-1].col_offset - statement.col_offset, inside)
        last = block[-1]
        if last.col_offset and len(block) > 1:
            depths = {statement.col_offset for outer in source.blocks for statement in outer}
            shallower = max((depth for depth in depths if depth < last.col_offset), default=0)
            edits += _shift(source, last, shallower - last.col_offset, inside)
    return edits


def lines_within_strings(tree: ast.Module) -> set[int]:
    """Return the lines that begin within a string: what stands before them is content."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for line in range(node.lineno + 1, (node.end_lineno or 0) + 1)
    }


def _shift(source: Source, statement: ast.stmt, by: int, inside: set[int]) -> Iterator[Edit]:
    span = source.lines_of(statement)
    assert statement.end_lineno is not None
    if span is None or by == 0 or inside & set(range(statement.lineno, statement.end_lineno + 1)):
        return
    lines = source.text[span[0] : span[1]].splitlines(keepends=True)
    if by > 0:
        yield Edit(*span, "".join(" " * by + line if line.strip() else line for line in lines))
    elif all(line[:-by].isspace() or not line.strip() for line in lines):
        yield Edit(*span, "".join(line[-by:] if line.strip() else line for line in lines))


def order(source: Source) -> list[Edit]:
    """Exchange two statements."""
    edits = []
    for block in source.blocks:
        for one, other in pairwise(block):
            first, second = source.lines_of(one), source.lines_of(other)
            if first and second and source.text[second[1] - 1] == "\n":
                text = source.text
                between = text[first[1] : second[0]]
                edits.append(
                    Edit(first[0], second[1], text[second[0] : second[1]] + between + text[first[0] : first[1]])
                )
    return edits


def defaults(source: Source) -> list[Edit]:
    """Take another default value, none, or one where there was none; or exchange two parameters."""
    edits = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.arguments):
            continue
        for default in [*node.defaults, *filter(None, node.kw_defaults)]:
            start, end = source.span(default)
            texts = ["None", "1", "()", f"not {source.text[start:end]}"]
            edits += [Edit(start, end, text) for text in texts if text != source.text[start:end]]
            equals = source.text.rindex("=", 0, start)
            edits.append(Edit(equals, end, ""))
        for parameter in node.args + node.kwonlyargs:
            end = source.offset(parameter.end_lineno or 0, parameter.end_col_offset or 0)
            edits += [Edit(end, end, "=None"), Edit(end, end, ", /"), Edit(end, end, ", *")]
        for one, other in pairwise(node.args):
            start, end = (
                source.offset(one.lineno, one.col_offset),
                source.offset(other.end_lineno or 0, other.end_col_offset or 0),
            )
            if source.text[start:end] == f"{one.arg}, {other.arg}":
                edits.append(Edit(start, end, f"{other.arg}, {one.arg}"))
    return edits


def decorators(source: Source) -> list[Edit]:
    """Take a decorator away, call it, take another one, put one more or exchange two."""
    edits = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        span = source.lines_of(node)
        if not span:
            continue
        blanks = " " * node.col_offset
        edits += [Edit(span[0], span[0], f"{blanks}@{name}\n") for name in ("property", "staticmethod", "cache()")]
        for decorator in node.decorator_list:
            start, end = source.span(decorator)
            edits += [Edit(end, end, "()"), Edit(start, end, "classmethod"), Edit(start, end, "property")]
            if source.text[end : end + 1] == "\n":
                edits.append(Edit(source.text.rindex("@", 0, start), end, ""))
        for one, other in pairwise(node.decorator_list):
            (first, first_end), (second, second_end) = source.span(one), source.span(other)
            text = source.text
            between = text[first_end:second]
            edits.append(Edit(first, second_end, text[second:second_end] + between + text[first:first_end]))
    return edits


def statements(source: Source) -> list[Edit]:
    """Leave a statement out, what it returns, an argument, or exchange two arguments."""
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Return) and node.value:
            edits.append(Edit(*source.span(node.value), ""))
        if isinstance(node, ast.Call) and len(node.args) > 1:
            for one, other in pairwise(node.args):
                (first, first_end), (second, second_end) = source.span(one), source.span(other)
                text = source.text
                edits.append(
                    Edit(
                        first, second_end, text[second:second_end] + text[first_end:second] + text[first:first_end]
                    )
                )
        if isinstance(node, ast.keyword) and node.arg:
            start = source.offset(node.lineno, node.col_offset)
            edits += [
                Edit(start, start + len(node.arg), f"{node.arg}_"),
                Edit(start, start + len(node.arg) + 1, ""),
            ]
        if isinstance(node, ast.Assign | ast.Expr | ast.AugAssign | ast.Raise | ast.Assert | ast.Import):
            edits.append(Edit(*source.span(node), "pass"))
    return edits


KINDS: dict[str, Callable[[Source], list[Edit]]] = {
    kind.__name__: kind
    for kind in (operators, constants, names, strings, indentation, order, defaults, decorators, statements)
}
