"""The normal form of source: what a program says, without how it is laid out.

One record for each node of the syntax tree, breadth first, a line each. `x = 1` is

    Module.body=[*]
    Assign.targets=[*].value=*
    Name.id=1:x
    Constant=i1

`*` stands for a node whose record comes later, in the order of the `*`s. Every value shows where it ends, so that
different trees have different forms. docs/formats/semantic-digest.md is the specification.
"""

import ast
from collections.abc import Callable
from typing import Any

from blake3 import blake3

from modelops_bundle.source.syntax import Parsed

_DOMAIN = "modelops-bundle:{}:v1\n"
"""How the hashed bytes begin: the digests of Python, of notebooks and of mere bytes never meet."""

_REPEATED = {"ctx", "type_comment"}
"""Fields that say what the place of a node says too (is a name read or set?), or that comments fill."""

_KINDS = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
_FIELDS = {kind: sorted(set(kind._fields) - _REPEATED) for kind in _KINDS}
"""The names of a node's fields, in an order that no version of Python can change."""
_BARE = {kind for kind in _KINDS if not kind._fields}
"""Nodes that are but a word, as `Add` and `Pass`: they stand in place."""


def semantic_digest(parsed: Parsed, data: bytes) -> str:
    """Return `blake3:<hex>` of the normal form of a source, or of its bytes where it does not parse."""
    if parsed.fault:
        content = _DOMAIN.format("bytes").encode() + data
    else:
        text = _DOMAIN.format("notebook" if parsed.notebook else "python") + normal_form(parsed)
        # A string may hold half a surrogate pair.
        content = text.encode("utf-8", "surrogatepass")
    return f"blake3:{blake3(content).hexdigest()}"


def normal_form(parsed: Parsed) -> str:
    """Return the records of a source; code cells without a statement have none."""
    records: list[str] = []
    write = records.append
    nodes: list[Any] = [cell for cell in parsed.cells if cell.body or not parsed.notebook]
    later = nodes.append
    # A list that grows while it is read, not recursion: an expression can be nested thousands of times.
    for node in nodes:
        kind: type[ast.AST] = type(node)
        if kind is ast.Name:
            write(f"Name.id={len(node.id)}:{node.id}\n")
            continue
        if kind is ast.Constant or kind is ast.MatchSingleton:
            write(f"{kind.__name__}={_literal(node.value)}\n")
            continue
        record = kind.__name__
        rewrite = _REWRITTEN.get(kind)
        for name in _FIELDS[kind]:
            value = getattr(node, name, None)
            if rewrite:
                value = rewrite(value)
            # An older Python has no such field, or a newer one leaves it empty: the same program.
            if not value:
                continue
            record += f".{name}="
            of = type(value)
            if of is str:
                record += f"{len(value)}:{value}"
            elif of is int:
                record += str(value)
            elif of is list:
                record += "["
                for item in value:
                    if type(item) is str:
                        record += f"{len(item)}:{item}"
                    elif item is None:
                        record += "-"
                    elif type(item) in _BARE:
                        record += type(item).__name__ + ","
                    else:
                        record += "*"
                        later(item)
                record += "]"
            elif of in _BARE:
                record += of.__name__
            else:
                record += "*"
                later(value)
        write(record + "\n")
    return "".join(records)


def _literal(value: Any) -> str:
    """Return a constant such that no two that behave differently look the same: 1, 1.0 and True do not."""
    kind = type(value)
    if kind is str:
        return f"s{len(value)}:{value}"
    if kind is int:
        return f"i{value:x}"
    if kind is float:
        return f"f{value.hex()}"
    if kind is complex:
        return f"c{value.real.hex()},{value.imag.hex()}"
    if kind is bytes:
        return f"b{value.hex()}"
    return str(value)


def clean_docstring(text: str) -> str:
    """Return a docstring without its indentation, the blanks at the ends of its lines, and blank lines around it.

    As `inspect.cleandoc`, which is not the same in all versions of Python, and expands TABs within lines, too.
    """
    lines: list[tuple[int, str]] = []
    for line in text.splitlines():
        words = line.lstrip()
        indentation = line[: len(line) - len(words)].expandtabs()
        lines.append((len(indentation), words.rstrip()))
    margin = min((indentation for indentation, words in lines[1:] if words), default=0)
    cleaned = [words for _, words in lines[:1]]
    cleaned += [" " * (indentation - margin) + words if words else "" for indentation, words in lines[1:]]
    return "\n".join(cleaned).strip("\n")


def _statement(value: Any) -> Any:
    """Return the text of an expression that is but a string: a docstring, or a note like one."""
    if type(value) is not ast.Constant or type(value.value) is not str:
        return value
    text, last_line = value.value, value.end_lineno or 0
    if text.count("\n") > last_line - value.lineno:
        # Some lines begin after an escaped line end: formatters indent the others only, and so all of it anew.
        text = "\n".join(map(str.lstrip, text.splitlines()))
    # A list, so that an empty docstring is there.
    return [clean_docstring(text)]


def _pieces(values: list[Any]) -> list[Any]:
    """Return the parts of an f-string, text beside text joined: how it is cut depends on the version of Python."""
    pieces: list[Any] = []
    for value in values:
        if type(value) is not ast.Constant or type(value.value) is not str:
            pieces.append(value)
        elif pieces and type(pieces[-1]) is str:
            pieces[-1] += value.value
        elif value.value:
            pieces.append(value.value)
    return pieces


def _names(targets: list[Any]) -> list[Any]:
    """Return what a `del` deletes; formatters take the parentheses off `del (a, b)`."""
    names: list[Any] = []
    waiting = targets[::-1]
    while waiting:
        target = waiting.pop()
        if isinstance(target, ast.Tuple | ast.List):
            waiting += target.elts[::-1]
        else:
            names.append(target)
    return names


_REWRITTEN: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.Expr: _statement,
    ast.Delete: _names,
    ast.JoinedStr: _pieces,
}
if hasattr(ast, "TemplateStr"):  # Python 3.14
    _REWRITTEN[ast.TemplateStr] = _pieces
