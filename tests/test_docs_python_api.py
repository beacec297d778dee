"""The examples of docs/python-api.md do what the page shows."""

import doctest
import re
import shutil
from pathlib import Path

import pytest

from tests.support.cli import CHECKOUT, run

PAGE = CHECKOUT / "docs" / "python-api.md"
_BLOCK = re.compile(r"^```pycon\n(.*?)^```$", re.DOTALL | re.MULTILINE)


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


def test_the_examples_do_what_they_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    session = "\n".join(_BLOCK.findall(PAGE.read_text("utf-8")))
    examples = doctest.DocTestParser().get_doctest(session, {}, PAGE.name, str(PAGE), 0)
    assert len(examples.examples) > 5
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples)
    assert outcome.failed == 0, capsys.readouterr().out
