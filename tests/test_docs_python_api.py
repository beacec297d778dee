"""The examples of docs/python-api.md do what the page shows."""

import doctest
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import CHECKOUT, run
from tests.support.programs import require_module

PAGE = CHECKOUT / "docs" / "python-api.md"
_BLOCK = re.compile(r"^```(pycon|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def prepare(directory: Path) -> None:
    """Make the project `seir`, with a registered model, whose remote is the directory `registry`."""
    project = directory / "seir"
    shutil.copytree(CHECKOUT / "scripts/demo-project", project, ignore=shutil.ignore_patterns("__pycache__"))
    for command in (
        ["init", "--remote", "oci:../registry"],
        ["add", "."],
        ["register-model", "models/seir.py", "--class", "SEIR"],
    ):
        done = run(*command, cwd=project)
        assert done.code == 0, done


def blocks(kind: str) -> list[str]:
    return [text for found, text in _BLOCK.findall(PAGE.read_text("utf-8")) if found == kind]


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The names that the session of the page leaves behind, after it did what it shows."""
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks("pycon")), {}, PAGE.name, str(PAGE), 0)
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples, clear_globs=False)
    assert outcome.failed == 0, capsys.readouterr().out
    return examples.globs


def test_the_examples_do_what_they_show(session: dict[str, Any]) -> None:
    assert len(blocks("pycon")) == 7
    assert session["plan"].tag == "0.1.0"


def test_the_program_for_dask_runs(session: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    require_module("distributed")
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    (program,) = blocks("python")
    exec(program, session)
    assert session["results"] == [None] * 100
