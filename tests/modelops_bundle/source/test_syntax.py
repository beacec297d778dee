"""Reading source never fails, warns of nothing, and says what is wrong and where."""

import gc
import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.source import syntax
from modelops_bundle.source.facts import SyntaxFault
from modelops_bundle.source.normal_form import semantic_digest
from modelops_bundle.source.syntax import MAX_SOURCE, is_source, parse_source


def fault_of(data: bytes, path: str = "model.py") -> SyntaxFault:
    """Return why a source has no tree."""
    parsed = parse_source(data, path)
    assert parsed.fault
    assert semantic_digest(parsed, data).startswith("blake3:")
    return parsed.fault


def notebook(*cells: str) -> bytes:
    """Return a notebook with these code cells."""
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}).encode()


def test_a_python_file_is_one_tree() -> None:
    parsed = parse_source(b"x = 1\ny = 2\n", "models/seir.py")
    assert [len(cell.body) for cell in parsed.cells] == [2]
    assert (parsed.fault, parsed.notebook) == (None, False)


def test_a_notebook_is_one_tree_for_each_code_cell() -> None:
    parsed = parse_source(notebook("x = 1", "", "y = 2\nz = 3"), "explore.ipynb")
    assert [len(cell.body) for cell in parsed.cells] == [1, 0, 2]
    assert (parsed.fault, parsed.notebook) == (None, True)


@pytest.mark.parametrize("path", ["a.py", "a/b.ipynb", "__init__.py"])
def test_source_is_known_by_its_name(path: str) -> None:
    assert is_source(path)


@pytest.mark.parametrize("path", ["a.pyc", "a.pyx", "a.pyi", "py", "a.py.txt", "data.csv", "a.ipynb.bak"])
def test_other_files_are_not_source(path: str) -> None:
    assert not is_source(path)


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        (b"x = 1\ndef f(:\n    pass\n", 2, "invalid syntax"),
        (b"if x:\npass\n", 2, "expected an indented block"),
        (b"if x:\n\tpass\n        pass\n", 3, "inconsistent use of tabs"),
        (b"x = (\n", 1, "never closed"),
        (b"x = 1\ny = '\0'\n", 2, "NUL"),
        (b"# -*- coding: no-such-thing -*-\nx = 1\n", 0, "unknown encoding"),
        (b"# -*- coding: rot13 -*-\nk = 1\n", 0, "not a text encoding"),
        (b"x = '\xff'\n", 0, "utf-8"),
        (b"\xff\xfex\0=\x001\0", 1, "NUL"),
        (b"x = " + b"9" * 5000, 1, "4300 digits"),
        (b"(" * 1000 + b")" * 1000, 0, "too many nested parentheses"),
        (b"-" * 100_000 + b"1", 0, "nested too deeply"),
        (b"+".join([b"1"] * 100_000), 0, "nested too deeply"),
        (b"a" + b".b" * 100_000, 0, "nested too deeply"),
        (b"x = 1\n" * (MAX_SOURCE // 6 + 1), 0, "more than 4 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_parsed_says_why_and_where(source: bytes, line: int, said: str) -> None:
    fault = fault_of(source)
    assert said in fault.message
    assert fault.line in (line, line or 1)  # versions of Python differ in whether they know line 1


@pytest.mark.parametrize(
    "source",
    [
        b"-" * 100_000 + b"1",
        b"+".join([b"1"] * 100_000),
        b"a" + b".b" * 100_000,
        b"x = 1\n" * (MAX_SOURCE // 6 + 1),
    ],
    ids=["signs", "sum", "attributes", "size"],
)
def test_what_is_only_beyond_our_limits_is_no_error_of_its_writer(source: bytes) -> None:
    assert fault_of(source).beyond_limits
    assert fault_of(notebook(source.decode()), "n.ipynb").beyond_limits


@pytest.mark.parametrize("source", [b"x = (\n", b"(" * 1000 + b")" * 1000, b"\xff"])
def test_what_python_refuses_is_an_error_of_its_writer(source: bytes) -> None:
    assert not fault_of(source).beyond_limits


@pytest.mark.parametrize("cells", [("-" * 100_000 + "1", "x = ("), ("x = (", "-" * 100_000 + "1")])
def test_an_error_in_one_cell_outweighs_the_depth_of_another(cells: tuple[str, ...]) -> None:
    assert not fault_of(notebook(*cells), "n.ipynb").beyond_limits


def test_a_notebook_that_is_nested_too_deeply_for_json_is_beyond_our_limits() -> None:
    assert fault_of(b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "n.ipynb").beyond_limits


def test_a_fault_of_a_notebook_names_the_cell_and_leaves_the_others() -> None:
    parsed = parse_source(notebook("import a", "x = 1\ny = (", "import b", ")"), "n.ipynb")
    assert parsed.fault is not None
    assert "(code cell 2)" in parsed.fault.message
    assert parsed.fault.line == 2
    assert [len(cell.body) for cell in parsed.cells] == [1, 0, 1, 0]


@pytest.mark.parametrize("cell", ["x = '\ud800'", "x = 1\0"])
def test_text_that_only_json_can_hold_is_a_fault(cell: str) -> None:
    assert "(code cell 1)" in fault_of(notebook(cell), "n.ipynb").message


def test_a_fault_is_one_line_of_bounded_length() -> None:
    fault = fault_of(b"# coding: " + b"x" * 5000 + b"\n")
    assert "\n" not in fault.message
    assert len(fault.message) <= 200


@pytest.mark.parametrize("action", ["error", "always"])
def test_no_warning_of_the_source_gets_out(action: str) -> None:
    source = b"x = '\\d' '\\q'\ny = 1if x else 0\nassert (x, 'always true')\nx is 1\n"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter(action)  # type: ignore[arg-type]
        assert parse_source(source, "a.py").fault is None
    assert caught == []


def test_the_garbage_collector_goes_on_as_before() -> None:
    assert gc.isenabled()
    parse_source(b"x = (", "a.py")
    assert gc.isenabled()
    gc.disable()
    try:
        parse_source(b"x = 1", "a.py")
        assert not gc.isenabled()
    finally:
        gc.enable()


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")), st.booleans())
def test_no_bytes_raise(data: bytes, is_notebook: bool) -> None:
    parsed = parse_source(data, "a.ipynb" if is_notebook else "a.py")
    assert semantic_digest(parsed, data).startswith("blake3:")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "metadata": JSON | st.fixed_dictionaries({}, optional={"kernelspec": JSON, "language_info": JSON}),
            "cells": JSON
            | st.lists(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "cell_type": st.just("code") | JSON,
                        "source": st.text() | st.lists(st.text()) | JSON,
                    },
                )
            ),
        },
    )
)
def test_no_notebook_raises(document: object) -> None:
    data = json.dumps(document).encode()
    parsed = parse_source(data, "a.ipynb")
    assert semantic_digest(parsed, data).startswith("blake3:")


def test_nothing_of_the_source_is_run(tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    source = f"open({str(proof)!r}, 'w')\n"
    assert parse_source(source.encode(), "a.py").fault is None
    assert parse_source(notebook(source, f"!touch {proof}"), "a.ipynb").fault is None
    assert not proof.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="reads VmHWM of Linux")
def test_ten_megabytes_take_bounded_memory() -> None:
    program = """
import re
from modelops_bundle.source.syntax import parse_source

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])

python = b"[" + b"1," * 5_000_000 + b"]"
notebook = b'{"cells": [{"cell_type": "code", "source": "' + b"x=1;" * 2_500_000 + b'"}]}'
before = peak()
assert parse_source(python, "a.py").fault
assert parse_source(notebook, "a.ipynb").fault
assert peak() - before < 50_000, peak() - before
"""
    root = Path(syntax.__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], cwd=root, timeout=60, check=True)
