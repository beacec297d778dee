"""A worker can install the bundle, and finds what runs its models."""

from pathlib import Path

import pytest

from modelops_bundle.models.findings import Severity
from modelops_bundle.models.preflight.packaging import uses_platform
from tests.modelops_bundle.models.found import findings, only
from tests.modelops_bundle.models.registered import assessed, files_of, model, overview
from tests.support.folder_sources import FolderSources

SEIR = model()


def test_a_missing_an_untracked_and_an_invalid_pyproject() -> None:
    found = overview(assessed(SEIR))
    files = files_of(found)
    files.untracked = {"pyproject.toml"}
    assert only(found, files).category == "missing-dependency-file"
    files.untracked = set()
    files.contents["pyproject.toml"] = b"[project]\nname = \n"
    told = only(found, files)
    assert (told.category, told.place) == ("invalid-pyproject", "pyproject.toml:2")
    files.contents["pyproject.toml"] = b"\xff"
    assert only(found, files).category == "invalid-pyproject"
    del files.contents["pyproject.toml"]
    told = only(found, files)
    assert (told.severity, told.category) == (Severity.ERROR, "missing-dependency-file")


@pytest.mark.parametrize(
    "document",
    [
        '[project.entry-points."modelops.wire"]\nexecute = "models.wire:run"\n',
        '[project]\ndependencies = ["modelops_calabaria @ git+https://example.org/x"]\n',
    ],
)
def test_what_runs_models_on_a_worker_is_found(document: str) -> None:
    found = overview(assessed(SEIR))
    files = files_of(found)
    files.contents["pyproject.toml"] = document.encode()
    assert findings(found, files) == []


@pytest.mark.parametrize(
    "document", ["", "project = 3", "[project]\ndependencies = 3", '[project]\nentry-points = ""']
)
def test_a_bundle_that_nothing_can_run_is_a_warning(document: str) -> None:
    found = overview(assessed(SEIR))
    files = files_of(found)
    files.contents["pyproject.toml"] = document.encode()
    told = only(found, files)
    assert (told.severity, told.category) == (Severity.WARNING, "missing-wire")
    files.contents["wire.py"] = b""
    assert findings(found, files) == []


@pytest.mark.parametrize(
    ("source", "platform"),
    [
        ("from modelops_calabaria import BaseModel\n", True),
        ("def f():\n    import modelops.runtime\n", True),
        ("import modelopsy, starsim\nfrom .modelops import x\n", False),
        ("", False),
    ],
)
def test_who_imports_the_platform_is_meant_to_run_there(tmp_path: Path, source: str, platform: bool) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/seir.py").write_text("")
    (tmp_path / "models/__init__.py").write_text(source)
    assert uses_platform(overview(assessed(SEIR)), FolderSources(tmp_path)) is platform
