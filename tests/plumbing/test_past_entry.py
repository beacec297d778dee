"""What a version says of a model is brought here, with the content of what changed since and nothing more."""

from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_bundle.plumbing import _past_entry
from tests.support.model_projects import README_FILES, write_readme_project
from tests.support.workspace import Workspace

MODEL = "network_model_networkseir"


@pytest.fixture
def clone(tmp_path: Path) -> Workspace:
    """A fresh clone of `latest`, in which two dependencies of the model are not as in `v1`."""
    work, clone = Workspace(tmp_path / "work"), Workspace(tmp_path / "clone")
    write_readme_project(work.root)
    remote = f"oci:{tmp_path / 'remote'}"
    work.ok("init", "--remote", remote)
    work.ok("register-model", "models/network_model.py", "--data", "data")
    work.write("README.md", "# Model\n")
    work.ok("add", "README.md")
    work.ok("push", "--tag", "v1")
    work.write("models/rates.py", README_FILES["models/rates.py"].lstrip().replace("60", "90"))
    work.write("data/demographics.csv", "age,people\n0-14,311\n")
    work.write("README.md", "# The model\n")
    work.ok("push")
    work.ok("clone", remote, str(clone.root))
    clone.ok("fetch", "--tag", "v1")
    return clone


def held(clone: Workspace) -> Callable[[str], bool]:
    """Return whether the store of a clone has the content that a file had in `v1`."""
    listed = clone.ok("read-manifest", "v1").splitlines()
    digests = {line.partition("\t")[2]: line.split()[1] for line in listed}
    objects = set(clone.ok("ls-objects").split())
    return lambda path: digests[path] in objects


def test_only_what_changed_is_fetched(clone: Workspace) -> None:
    told = clone.ok("why", MODEL, "--since", "v1")
    assert "~ constant DAYS, line 3: 60 -> 90" in told and "~ data/demographics.csv" in told
    has = held(clone)
    assert has("models/rates.py") and has("data/demographics.csv")
    assert not has("README.md")


def test_large_files_are_not_fetched(clone: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_past_entry, "DEFAULT_THRESHOLD", 60)
    told = clone.ok("why", MODEL, "--since", "v1")
    assert "~ models/rates.py (code): modified\n" in told and "its old content is not here: sha256:" in told
    assert "~ data/demographics.csv (data): 1 column changed" in told


def test_what_is_here_is_asked_of_nobody(clone: Workspace) -> None:
    told = clone.ok("why", MODEL, "--since", "v1")
    (clone.root.parent / "remote").rename(clone.root.parent / "away")
    assert clone.ok("why", MODEL, "--since", "v1") == told
