"""The semantic digest on real code: no change of what a program does goes unseen, no change of layout is seen.

The sources are Starsim's own and those of packages that it brings along. A mutant is one small edit that compiles
to other code than before. Edits that move nothing but lines and the blanks of docstrings are found among them, and
do not count as mutants.
"""

import io
import json
import random
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator
from difflib import unified_diff
from functools import cache
from itertools import accumulate
from pathlib import Path

import black
import pytest

from modelops_bundle.source.normal_form import normal_form, semantic_digest
from modelops_bundle.source.syntax import parse_source
from tests.support.code_objects import compiled, same_code, same_program
from tests.support.installed_source import sources_of
from tests.support.mutants import KINDS, Source, lines_within_strings
from tests.support.normal_form_reader import read_back, simplified

PACKAGES = ("starsim", "sciris", "seaborn", "networkx")
MUTANTS = 60
"""Of each kind in each package; 9 kinds in 4 packages make 2,160."""
EDITS_OF_ONE_FILE = 6
LARGEST = 60_000
"""Bytes of a file that is mutated, so that many files are."""
SAMPLE = 1_000_000
"""Characters of a package for what takes seconds a megabyte: all of it, but a part of networkx."""

# Python warns of what mutants say, as `1 is x`.
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")


@cache
def text_of(path: Path) -> str:
    """Return the text of a Python file, with LF line ends and without byte order mark."""
    data = path.read_bytes()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding).read()


def sample_of(package: str) -> list[Path]:
    """Return files of a package, the same ones in each run, that together have at most SAMPLE characters."""
    files = sources_of(package)
    random.Random(package).shuffle(files)
    sizes = accumulate(len(text_of(path)) for path in files)
    return [path for path, size in zip(files, sizes, strict=True) if size <= SAMPLE]


def digest(source: str | bytes, name: str = "source.py") -> str:
    """Return the semantic digest of source that parses."""
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    parsed = parse_source(data, name)
    assert parsed.fault is None, parsed.fault
    return semantic_digest(parsed, data)


def mutants(package: str, kind: str) -> Iterator[tuple[Path, str, str]]:
    """Yield files, their text and that of a mutant which compiles to other code, the same ones in each run."""
    choice = random.Random(f"{package} {kind}")
    files = [path for path in sources_of(package) if path.stat().st_size < LARGEST]
    for path in choice.choices(files, k=200):
        text = text_of(path)
        source = Source(text)
        edits = KINDS[kind](source)
        code = compiled(source.tree)
        for edit in choice.sample(edits, min(len(edits), EDITS_OF_ONE_FILE)):
            mutant = text[: edit.start] + edit.text + text[edit.end :]
            parsed = parse_source(mutant.encode("utf-8", "surrogatepass"), "mutant.py")
            if parsed.fault:
                continue
            try:
                if not same_code(compiled(parsed.cells[0]), code):
                    yield path, text, mutant
            except (SyntaxError, ValueError):
                continue


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("package", PACKAGES)
def test_no_mutant_keeps_its_digest(package: str, kind: str) -> None:
    seen = 0
    for path, text, mutant in mutants(package, kind):
        if digest(mutant) != digest(text):
            seen += 1
        else:
            difference = "\n".join(unified_diff(text.splitlines(), mutant.splitlines(), str(path), kind))
            assert same_program(mutant, text), difference
        if seen == MUTANTS:
            return
    raise AssertionError(f"only {seen} mutants")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_is_read(package: str) -> None:
    files = sources_of(package)
    assert len(files) > 10
    for path in files:
        assert parse_source(path.read_bytes(), path.name).fault is None, path


@pytest.mark.parametrize("package", PACKAGES)
def test_the_normal_form_tells_all_of_a_program(package: str) -> None:
    for path in sample_of(package):
        parsed = parse_source(path.read_bytes(), path.name)
        assert read_back(normal_form(parsed)) == simplified(parsed.cells[0]), path


def without_comments(text: str) -> str:
    """Return a source with its comments taken out."""
    lines = text.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start[0] - 1, token.start[1]
            lines[row] = lines[row][:column].rstrip()
    return "\n".join(lines)


def with_comments(text: str) -> str:
    """Return a source with a comment and a blank line more wherever a block begins."""
    within = lines_within_strings(Source(text).tree)
    lines = text.split("\n")
    for row, line in enumerate(lines):
        if line.endswith(":") and not {row + 1, row + 2} & within and not lines[row - 1].endswith("\\"):
            lines[row] = f"# why\n\n{line}  # why"
    return "\n".join(lines)


def indented_twice_as_far(text: str) -> str:
    """Return a source with all blanks before its lines doubled, but not those within strings."""
    within = lines_within_strings(Source(text).tree)
    lines = text.split("\n")
    return "\n".join(
        line if row in within else line[: len(line) - len(line.lstrip())] + line
        for row, line in enumerate(lines, 1)
    )


LAYOUTS: dict[str, Callable[[str], str]] = {
    "comments taken out": without_comments,
    "comments put in": with_comments,
    "indented twice as far": indented_twice_as_far,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "byte order mark": lambda text: "\ufeff" + text,
}


@pytest.mark.parametrize("package", PACKAGES)
def test_other_layouts_keep_all_digests(package: str) -> None:
    for path in sample_of(package):
        text = text_of(path)
        before = digest(path.read_bytes())
        assert [name for name, change in LAYOUTS.items() if digest(change(text)) != before] == [], path


@pytest.mark.parametrize("package", PACKAGES)
def test_ruff_format_keeps_all_digests(package: str, tmp_path: Path) -> None:
    copies = {path: tmp_path / f"{number}.py" for number, path in enumerate(sources_of(package))}
    for path, copy in copies.items():
        copy.write_bytes(path.read_bytes())
    options = ["--isolated", "--no-cache", "--quiet", "--line-length=79"]
    subprocess.run([sys.executable, "-m", "ruff", "format", *options, str(tmp_path)], check=True, timeout=120)
    assert any(path.read_bytes() != copy.read_bytes() for path, copy in copies.items())
    assert [path for path, copy in copies.items() if digest(copy.read_bytes()) != digest(path.read_bytes())] == []


def test_ruff_format_keeps_the_digest_of_a_notebook(tmp_path: Path) -> None:
    golden = Path(__file__).parents[1] / "modelops_bundle" / "golden" / "source" / "cells.ipynb.txt"
    document = json.loads(golden.read_bytes())
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    before = json.dumps(document).encode()
    notebook = tmp_path / "cells.ipynb"
    notebook.write_bytes(before)
    subprocess.run([sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", str(notebook)], check=True)
    after = notebook.read_bytes()
    assert after != before
    assert digest(after, notebook.name) == digest(before, notebook.name)


@pytest.mark.parametrize("part", range(2))
@pytest.mark.parametrize("package", PACKAGES)
def test_black_keeps_all_digests(package: str, part: int) -> None:
    changed = 0
    for path in sample_of(package)[part::2]:
        text = text_of(path)
        formatted = black.format_str(text, mode=black.Mode(line_length=79))
        assert digest(formatted) == digest(path.read_bytes()), path
        changed += formatted != text
    assert changed
