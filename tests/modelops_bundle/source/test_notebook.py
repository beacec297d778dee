"""Notebooks: code cells only, IPython's own syntax as the calls that it makes of it, lines where they were."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.source.normal_form import semantic_digest
from modelops_bundle.source.notebook import MAX_NOTEBOOK, BrokenNotebook, as_python, code_cells
from modelops_bundle.source.syntax import MAX_SOURCE, parse_source


def cell(source: object, kind: str = "code", **more: object) -> dict[str, object]:
    return {"cell_type": kind, "source": source, "metadata": {}} | more


def document(*cells: dict[str, object], **metadata: object) -> bytes:
    """Return the bytes of a notebook."""
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4}).encode()


def digest(*cells: dict[str, object], **metadata: object) -> str:
    data = document(*cells, **metadata)
    parsed = parse_source(data, "n.ipynb")
    assert parsed.fault is None
    return semantic_digest(parsed, data)


def test_source_is_a_text_or_a_list_of_lines() -> None:
    assert (
        code_cells(document(cell("x = 1\ny = 2"), cell(["x = 1\n", "y = 2"])), MAX_SOURCE) == ("x = 1\ny = 2",) * 2
    )


def test_only_code_cells_are_read() -> None:
    cells = cell("# T", "markdown"), cell("x = 1"), cell("raw", "raw"), cell("y = 2")
    assert code_cells(document(*cells), MAX_SOURCE) == ("x = 1", "y = 2")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xff", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[]", "list of cells"),
        (b"{}", "list of cells"),
        (b'{"worksheets": [{"cells": []}]}', "list of cells"),
        (b'{"cells": {}}', "list of cells"),
        (b'{"cells": [1]}', "no type"),
        (b'{"cells": [{"source": "x"}]}', "no type"),
        (b'{"cells": [{"cell_type": "code"}]}', "no source"),
        (b'{"cells": [{"cell_type": "code", "source": [1]}]}', "no source"),
        (b'{"cells": [{"cell_type": "code", "source": {"x": 1}}]}', "no source"),
        (document(kernelspec={"language": "R"}), "another language"),
        (document(kernelspec={"language": "python"}, language_info={"name": "julia"}), "another language"),
        (document(cell("x" * (MAX_SOURCE // 2)), cell("y" * (MAX_SOURCE // 2 + 1))), "4 MiB of code"),
        (b" " * (MAX_NOTEBOOK + 1), "64 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_python_notebook_says_why(data: bytes, said: str) -> None:
    with pytest.raises(BrokenNotebook, match=said):
        code_cells(data, MAX_SOURCE)
    fault = parse_source(data, "n.ipynb").fault
    assert fault is not None
    assert said in fault.message


@pytest.mark.parametrize(
    "metadata",
    [{}, {"kernelspec": {"language": "python"}}, {"language_info": {"name": "Python"}}, {"kernelspec": None}],
)
def test_a_notebook_is_python_unless_it_says_otherwise(metadata: dict[str, Any]) -> None:
    assert code_cells(document(cell("x"), **metadata), MAX_SOURCE) == ("x",)


IPYTHON = "get_ipython()."


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%matplotlib inline", f"{IPYTHON}run_line_magic('matplotlib', 'inline')"),
        ("%pwd", f"{IPYTHON}run_line_magic('pwd', '')"),
        ("!ls -l", f"{IPYTHON}system('ls -l')"),
        ("! echo it's", f'{IPYTHON}system("echo it\'s")'),
        ("!!ls", f"{IPYTHON}getoutput('ls')"),
        ("files = !ls", f"files = {IPYTHON}getoutput('ls')"),
        ("a, b = %time f(1)", f"a, b = {IPYTHON}run_line_magic('time', 'f(1)')"),
        ("d['k'] = !ls", f"d['k'] = {IPYTHON}getoutput('ls')"),
        ("x.y=%pwd", f"x.y={IPYTHON}run_line_magic('pwd', '')"),
        ("np.array?", f"{IPYTHON}run_line_magic('pinfo', 'np.array')"),
        ("np.array??  ", f"{IPYTHON}run_line_magic('pinfo2', 'np.array')"),
        ("?np", f"{IPYTHON}run_line_magic('pinfo', 'np')"),
        ("??np", f"{IPYTHON}run_line_magic('pinfo2', 'np')"),
        ("%%bash\necho 'a'\n\n b\n", f"{IPYTHON}run_cell_magic('bash', '', \"echo 'a'\\n\\n b\")\n"),
        ("%%time\nimport a", f"{IPYTHON}run_cell_magic('time', '', '')\nimport a"),
        ("%%timeit -n 1\n%%capture o\n%pwd", None),
    ],
)
def test_ipython_becomes_the_calls_it_makes(source: str, expected: str | None) -> None:
    if expected is None:
        calls = (
            "run_cell_magic('timeit', '-n 1', '')",
            "run_cell_magic('capture', 'o', '')",
            "run_line_magic('pwd', '')",
        )
        expected = "\n".join(IPYTHON + call for call in calls)
    assert as_python(source) == expected


def test_magics_stand_among_statements_at_any_depth() -> None:
    source = "import a\nif a:\n    %time b\n    !c\nelse:\n\tx = !d\ny = 1\n"
    written = as_python(source).splitlines()
    assert written[:2] == ["import a", "if a:"]
    assert written[2] == f"    {IPYTHON}run_line_magic('time', 'b')"
    assert written[5] == f"\tx = {IPYTHON}getoutput('d')"
    assert parse_source(document(cell(source)), "n.ipynb").fault is None


def test_a_command_may_span_lines_and_keeps_them() -> None:
    source = "!pip install \\\n    starsim\nimport x"
    assert as_python(source) == f"{IPYTHON}system('pip install      starsim')\n\nimport x"


@pytest.mark.parametrize(
    "source",
    [
        "total = (a\n    % b)\n",
        "total = [\n!=\n]\n",
        "text = '''\n%magic\n!ls\nwhat?\n'''\n",
        'text = """\\"""\n%time\n"""\n',
        "a = b \\\n  % c\n",
        "x = 'a?'\n",
        "# why?\nf()  # why?\n",
        "x = 1 % 2; y != z; y == '!a'\n",
        "s = 'it\\'s (', \"(\"\nx = {\n  'a': 5\n  % 3}\n",
        "# it's (\nx = 1\n",
    ],
)
def test_python_is_left_as_it_is(source: str) -> None:
    assert as_python(source) == source


@given(st.text("%!?=x ab.'\"#\\\n()[]t", max_size=40))
def test_lines_stay_where_they_are(source: str) -> None:
    written = as_python(source)
    if "%%" not in source:
        assert written.count("\n") == source.count("\n")


@given(st.text("%!?=x ab.'\"#\\\n()[]t", max_size=40))
def test_what_is_python_already_is_left_as_it_is(source: str) -> None:
    if parse_source(source.encode(), "a.py").fault is None:
        assert as_python(source) == source


def test_many_lines_take_no_time_to_speak_of() -> None:
    for line in ("%time x\n", "x\n", '"', "'''\\", '\\"""', "(", "a?\n", "a b c = d\n", "%%time\n"):
        as_python(line * (100_000 // len(line)))


BASE = cell("x = 1"), cell("%time f(x)")


def test_outputs_counts_text_and_metadata_do_not_count() -> None:
    run = [entry | {"outputs": [{"text": "1"}], "execution_count": 7, "id": "ab"} for entry in BASE]
    assert digest(*run) == digest(*BASE)
    assert digest(cell("# A title", "markdown"), *BASE, cell("y = 3", "raw")) == digest(*BASE)
    assert digest(*BASE, kernelspec={"language": "python"}) == digest(*BASE)
    assert digest(cell(""), BASE[0], cell("# a comment\n"), BASE[1]) == digest(*BASE)
    assert digest(cell(["x  =  1  # one\n", "\n"]), cell("%time  f(x) \n")) == digest(*BASE)


@pytest.mark.parametrize(
    "cells",
    [
        [cell("x = 2"), BASE[1]],
        [BASE[1], BASE[0]],
        [BASE[0]],
        [cell("x = 1\n%time f(x)")],
        [BASE[0], cell("%time f(y)")],
        [BASE[0], cell("%timeit f(x)")],
        [BASE[0], cell("!time f(x)")],
        [BASE[0], cell("%%time\nf(x)")],
        [*BASE, cell("!rm -r data")],
        [*BASE, cell("%%bash\nrm -r data")],
    ],
)
def test_code_magics_and_commands_count(cells: list[dict[str, object]]) -> None:
    assert digest(*cells) != digest(*BASE)


def test_a_notebook_and_a_file_with_the_same_code_have_different_digests() -> None:
    source = b"x = 1\n"
    assert digest(cell("x = 1\n")) != semantic_digest(parse_source(source, "a.py"), source)
