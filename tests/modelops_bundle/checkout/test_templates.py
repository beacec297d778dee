"""The files that a new project starts with can be read by those whom they are for."""

import tomllib
from pathlib import Path

import pytest

from modelops_bundle.checkout.ignore import IgnoreRules
from modelops_bundle.checkout.templates import IGNORE_TEMPLATE, pyproject_template


@pytest.mark.parametrize("name", ["seir", 'quo"te', "back\\slash", "größe"])
def test_a_project_of_any_name_is_valid_toml(name: str) -> None:
    project = tomllib.loads(pyproject_template(name))["project"]
    assert (project["name"], project["requires-python"]) == (name, ">=3.11")


def test_the_template_leaves_secrets_and_scratch_out_and_models_in(tmp_path: Path) -> None:
    (tmp_path / ".modelopsignore").write_text(IGNORE_TEMPLATE)
    rules = IgnoreRules(tmp_path)
    left_out = {".env", ".env.local", "keys/server.pem", "id.key", "run.log", "tmp/x"}
    taken = {"models/seir.py", "data/environment.csv", "keyboard.py"}
    assert {path for path in left_out | taken if rules.verdict(path).ignored} == left_out
