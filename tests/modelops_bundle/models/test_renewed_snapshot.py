"""What is taken to be published has the registry that belongs to its files; the working tree gets it later."""

from pathlib import Path

import pytest

from modelops_bundle.bundles.tree import EMPTY
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import Tracked
from modelops_bundle.digest import digest_of
from modelops_bundle.files.hashing import FileChanged
from modelops_bundle.models.registry_yaml.file import parse_registry, read_registry
from modelops_bundle.models.renewal import BrokenModels, Renewal
from modelops_bundle.models.renewed_snapshot import carry_out, snapshot_renewed
from modelops_bundle.safe_path import REGISTRY_PATH
from tests.support.model_projects import edit, make_registered
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    return make_registered(tmp_path / "work")


def taken(work: Workspace, *, check: bool = True) -> tuple[Project, Tracked, Renewal]:
    project = Project.discover(work.root)
    with project.lock():
        return project, *snapshot_renewed(project, EMPTY, check=check)


def test_a_registry_that_is_current_is_taken_as_it_is(work: Workspace) -> None:
    project, tracked, renewal = taken(work)
    assert not renewal.due
    assert tracked.tree()[REGISTRY_PATH].digest == digest_of(work.read(REGISTRY_PATH).encode())
    assert carry_out(project, renewal) == ()


def test_a_stale_registry_is_renewed_in_what_is_taken_and_not_yet_on_disk(work: Workspace) -> None:
    edit(work, "models/rates.py", "0.3", "0.4")
    before = work.tree()
    project, tracked, renewal = taken(work)
    tree = tracked.tree()
    document = parse_registry(project.objects.read(tree[REGISTRY_PATH].digest), REGISTRY_PATH)
    assert document.models["seir_seir"].code_digests["models/rates.py"] == tree["models/rates.py"].digest
    assert work.tree() == before
    carry_out(project, renewal)
    assert read_registry(project) == document
    assert digest_of(work.read(REGISTRY_PATH).encode()) == tree[REGISTRY_PATH].digest


def test_a_new_dependency_is_taken_and_then_tracked(work: Workspace) -> None:
    work.write("models/mixing.py", "MATRIX = 1\n")
    edit(work, "models/rates.py", "BETA", "from .mixing import MATRIX\n\nBETA")
    project, tracked, renewal = taken(work)
    assert "models/mixing.py" in tracked.tree()
    assert "models/mixing.py" not in project.load_index()
    assert carry_out(project, renewal) == ("models/mixing.py",)
    assert "models/mixing.py" in project.load_index()


def test_what_is_broken_is_taken_only_if_nobody_checks(work: Workspace) -> None:
    (work.root / "data/people.csv").unlink()
    with pytest.raises(BrokenModels, match="'seir_seir'"):
        taken(work)
    _, tracked, renewal = taken(work, check=False)
    assert "data/people.csv" not in tracked.tree()
    assert not renewal.due


def test_a_registry_that_somebody_changed_meanwhile_is_not_overwritten(work: Workspace) -> None:
    edit(work, "models/rates.py", "0.3", "0.4")
    project, _, renewal = taken(work)
    work.ok("unregister", "network_networkseir")
    before = work.read(REGISTRY_PATH)
    with pytest.raises(FileChanged):
        carry_out(project, renewal)
    assert work.read(REGISTRY_PATH) == before
