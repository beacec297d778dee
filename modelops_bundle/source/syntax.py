"""Source files as syntax trees. Reading never fails: what cannot be parsed says why instead."""

import ast
import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from modelops_bundle.source.facts import SyntaxFault
from modelops_bundle.source.notebook import BrokenNotebook, code_cells

MAX_SOURCE = 4 << 20
"""The most bytes of Python that are parsed, in a file or in all cells of a notebook: a tree may take two hundred
times the memory of its source."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A source file as syntax trees: one of a Python file, one for each code cell of a notebook.

    With a `fault`, a Python file has no tree, a notebook an empty one for each code cell that does not parse.
    """

    cells: tuple[ast.Module, ...] = ()
    fault: SyntaxFault | None = None
    notebook: bool = False


def is_source(path: str) -> bool:
    """Tell whether a bundle path is that of Python source or a notebook."""
    return path.endswith((".py", ".ipynb"))


def parse_source(data: bytes, path: str) -> Parsed:
    """Parse the bytes of a Python file, or of a notebook if `path` says so; never raise."""
    if path.endswith(".ipynb"):
        return _parse_notebook(data)
    if len(data) > MAX_SOURCE:
        return Parsed(fault=SyntaxFault(f"more than {MAX_SOURCE >> 20} MiB of Python", beyond_limits=True))
    nul = data.find(b"\0")
    if nul >= 0:  # most versions of Python do not say where
        return Parsed(fault=SyntaxFault("a NUL byte in the source", data.count(b"\n", 0, nul) + 1))
    tree = _parse(data)
    return Parsed(fault=tree) if isinstance(tree, SyntaxFault) else Parsed((tree,))


def _parse_notebook(data: bytes) -> Parsed:
    try:
        sources = code_cells(data, MAX_SOURCE)
    except BrokenNotebook as error:
        return Parsed(fault=SyntaxFault(error.message, beyond_limits=error.beyond_limits), notebook=True)
    cells: list[ast.Module] = []
    fault = None
    for number, source in enumerate(sources, start=1):
        cell = _parse(source)
        if isinstance(cell, SyntaxFault):
            if fault is None or (fault.beyond_limits and not cell.beyond_limits):
                fault = replace(cell, message=f"{cell.message} (code cell {number})")
            cell = ast.Module([], [])
        cells.append(cell)
    return Parsed(tuple(cells), fault, notebook=True)


def _parse(source: bytes | str) -> ast.Module | SyntaxFault:
    try:
        # Python would warn of the user's escapes on our stderr, or raise, as -W says.
        with _no_collection(), warnings.catch_warnings(action="ignore"):
            return ast.parse(source)
    except SyntaxError as error:
        return SyntaxFault(_one_line(error.msg), error.lineno or 0)
    except ValueError as error:  # a NUL or half a surrogate pair, in a notebook
        return SyntaxFault(_one_line(str(error)))
    except (RecursionError, MemoryError):
        return SyntaxFault("nested too deeply", beyond_limits=True)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from looking through half-made trees, which takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _one_line(message: str) -> str:
    return " ".join(message.split())[:200]
