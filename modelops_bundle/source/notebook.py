"""The code cells of a notebook as Python source, line by line where they were.

IPython's own syntax becomes the calls that IPython makes of it, so that it parses and counts:
`%name args` is `get_ipython().run_line_magic('name', 'args')`, `!command` is `get_ipython().system('command')`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from modelops_bundle.errors import Invalid

MAX_NOTEBOOK = 64 << 20
"""The most bytes of a notebook that are read; outputs, images among them, are most of it."""

_PYTHON_BODY = {"capture", "memit", "prun", "time", "timeit"}
"""Cell magics that run the rest of their cell as Python, right here. That of others is text."""

_CELL_MAGIC = re.compile(r"\s*^%%(?P<name>[^\W\d][\w.]*)(?P<args>.*)\n?", re.MULTILINE)

_ESCAPE = re.compile(
    r"""
    (?P<before> [ \t]* (?: [\w \t.,*\[\]"']+? =[ \t]* (?= %\w | ![^=] ) )? )
    (?:
        (?P<mark> %(?=\w) | !!? ) (?P<command> (?: \\\n | [^\n] )* )
      | (?P<help> \?\??) (?P<asked> [^\n]* )
      | (?P<object> %{0,2}[^\W\d][^\s"'\#?]* ) (?P<end> \?\??) [ \t]* (?= \n | \Z )
    )
    """,
    re.VERBOSE,
)
"""A logical line that is IPython's. None of them can begin, or end, a logical line of Python."""

_PIECE = re.compile(
    r"""
    (?P<quotes> \"\"\" | ''' ) (?: \\. | [^\\] )*? (?: (?P=quotes) | \Z )
  | " (?: \\. | [^"\\\n] )* "?
  | ' (?: \\. | [^'\\\n] )* '?
  | \# [^\n]*
  | \\ \n
  | (?P<open> [(\[{] )
  | (?P<close> [)\]}] )
  | (?P<newline> \n )
  | [^"'\#\\()\[\]{}\n]+
  | .
    """,
    re.VERBOSE | re.DOTALL,
)
"""What a line of Python is made of, as far as it takes to find where a logical line ends."""


class BrokenNotebook(Invalid):
    """A file is not a Python notebook of format 4."""

    usual_hint = "open it in Jupyter, which upgrades old formats, and save it again"
    beyond_limits = False


class NotebookBeyondLimits(BrokenNotebook):
    """A notebook is larger, or nested deeper, than what is analysed."""

    usual_hint = "clear its outputs, or move code out of it into a module"
    beyond_limits = True


def code_cells(data: bytes, max_code: int) -> tuple[str, ...]:
    """Return the code cells of a notebook as Python source, in order, empty ones too.

    Raises BrokenNotebook when it is not JSON, not of format 4, or not in Python, and NotebookBeyondLimits when it
    has more than `max_code` characters of code.
    """
    if len(data) > MAX_NOTEBOOK:
        raise NotebookBeyondLimits(f"a notebook of more than {MAX_NOTEBOOK >> 20} MiB")
    try:
        notebook = json.loads(data)
    except RecursionError:
        raise NotebookBeyondLimits("a notebook that is nested too deeply") from None
    except ValueError:
        raise BrokenNotebook("a notebook that is not JSON") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise BrokenNotebook("a notebook without a list of cells (format 4)")
    language = _language(notebook.get("metadata"))
    if language not in ("", "python"):
        raise BrokenNotebook("a notebook in another language than Python")
    sources = list(_sources(notebook["cells"]))
    if sum(map(len, sources)) > max_code:
        raise NotebookBeyondLimits(f"a notebook with more than {max_code >> 20} MiB of code")
    return tuple(map(as_python, sources))


def _language(metadata: Any) -> str:
    for section, key in (("language_info", "name"), ("kernelspec", "language")):
        found = metadata.get(section) if isinstance(metadata, dict) else None
        if isinstance(found, dict) and isinstance(found.get(key), str):
            return str(found[key]).lower()
    return ""


def _sources(cells: list[Any]) -> Iterator[str]:
    for cell in cells:
        if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
            raise BrokenNotebook("a notebook with a cell that has no type")
        if cell["cell_type"] != "code":
            continue
        source = cell.get("source")
        lines: list[Any] = source if isinstance(source, list) else [source]
        if not all(isinstance(line, str) for line in lines):
            raise BrokenNotebook("a notebook with a code cell that has no source")
        yield "".join(lines)


def as_python(source: str) -> str:
    """Return a code cell with each line of IPython's own syntax rewritten as Python; other lines stay."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    written: list[str] = []
    position = 0
    while magic := _CELL_MAGIC.match(source, position):
        name, args = magic["name"], magic["args"].strip()
        position = magic.end()
        blank = "\n" * magic[0].count("\n")
        if name in _PYTHON_BODY:
            written.append(_call("run_cell_magic", name, args, "") + blank)
        else:
            written.append(_call("run_cell_magic", name, args, source[position:].rstrip()) + blank)
            position = len(source)
    while position < len(source):
        escape = _ESCAPE.match(source, position)
        end = escape.end() if escape else _end_of_line(source, position)
        written.append(_rewritten(escape) if escape else source[position:end])
        position = end
    return "".join(written)


def _rewritten(escape: re.Match[str]) -> str:
    """Return the Python of an IPython line, with as many line ends as it had."""
    before, mark = escape["before"], escape["mark"]
    if not mark:
        asked = (escape["object"] or escape["asked"]).strip()
        detail = escape["help"] or escape["end"]
        return before + _call("run_line_magic", "pinfo2" if detail == "??" else "pinfo", asked)
    command = escape["command"].replace("\\\n", " ").strip()
    if mark == "%":
        name, args = (*command.split(maxsplit=1), "")[:2]
        call = _call("run_line_magic", name, args)
    else:
        keeps = mark == "!!" or before.strip()
        call = _call("getoutput" if keeps else "system", command)
    return before + call + "\n" * escape["command"].count("\n")


def _call(method: str, *arguments: str) -> str:
    return f"get_ipython().{method}({', '.join(map(repr, arguments))})"


def _end_of_line(source: str, position: int) -> int:
    """Return where the logical line ends that begins at `position`: strings and brackets may span lines."""
    depth = 0
    while piece := _PIECE.match(source, position):
        position = piece.end()
        if piece.lastgroup == "open":
            depth += 1
        elif piece.lastgroup == "close":
            depth = max(0, depth - 1)
        elif piece.lastgroup == "newline" and not depth:
            break
    return position
