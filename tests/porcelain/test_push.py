"""push publishes the registry as new as the files beside it, and nothing that is broken."""

import json
from pathlib import Path

import pytest

from modelops_bundle.bundles.tree import Tree
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import Tracked, snapshot
from modelops_bundle.models import renewed_snapshot
from modelops_bundle.models.entries import Entry, digests_of
from modelops_bundle.models.registry_yaml.file import parse_registry
from tests.support.model_projects import RATES, edit, make_registered
from tests.support.workspace import Workspace

REGISTRY = ".modelops-bundle/registry.yaml"


@pytest.fixture
def models(tmp_path: Path, layout: str) -> Workspace:
    """A project with two models and a target, published as `latest`."""
    work = make_registered(tmp_path / "models", layout)
    work.ok("push")
    return work


def assert_the_published_registry_is_current(work: Workspace, layout: str, clone: Path) -> Workspace:
    """Check that every digest in the published registry is that of the published file."""
    colleague = Workspace(clone)
    colleague.ok("clone", layout, ".")
    project = Project.discover(clone)
    assert project.head
    tree = project.bundle(project.head).tree
    registry = parse_registry((clone / REGISTRY).read_bytes(), REGISTRY)
    entries: list[Entry] = [*registry.models.values(), *registry.targets.values()]
    for entry in entries:
        for path, digest in digests_of(entry).items():
            assert tree[path].digest == digest, path
    assert colleague.run("check").code == 0
    assert work.read(REGISTRY) == colleague.read(REGISTRY)
    return colleague


def test_what_is_stale_is_registered_anew_in_the_same_push(models: Workspace, layout: str, tmp_path: Path) -> None:
    edit(models, "models/rates.py", "0.3", "0.4")
    edit(models, "data/cases.csv", "0,1", "0,2")
    pushed = models.run("push")
    assert pushed.code == 0
    assert "'seir_seir' was stale (1 modified): registered anew" in pushed.stderr
    assert "'weekly_cases' was stale (1 modified): registered anew" in pushed.stderr
    assert "network" not in pushed.stderr
    assert_the_published_registry_is_current(models, layout, tmp_path / "clone")
    assert models.ok("push").startswith("Everything up to date")


def test_scripts_are_told_what_was_stale(models: Workspace) -> None:
    edit(models, "models/rates.py", "0.3", "0.4")
    for words in (["--dry-run"], [], ["--force"]):
        done = json.loads(models.ok("push", "--json", *words))
        assert done["registered_anew"] == ([] if words == ["--force"] else ["seir_seir"])
        assert not done["up_to_date"]


def test_a_formatted_file_renews_its_digest_without_a_word(models: Workspace, layout: str, tmp_path: Path) -> None:
    models.write("models/rates.py", "# Rates.\n" + RATES)
    assert "stale" not in models.run("push").stderr
    assert_the_published_registry_is_current(models, layout, tmp_path / "clone")


def test_what_a_model_has_begun_to_import_is_published_too(models: Workspace, layout: str, tmp_path: Path) -> None:
    models.write("models/mixing.py", "MATRIX = 1\n")
    edit(models, "models/rates.py", "BETA", "from .mixing import MATRIX\n\nBETA")
    said = models.run("push").stderr
    assert "'seir_seir' was stale (1 modified, 1 added): registered anew" in said
    assert "tracked 'models/mixing.py'" in said
    colleague = assert_the_published_registry_is_current(models, layout, tmp_path / "clone")
    assert colleague.read("models/mixing.py") == "MATRIX = 1\n"


def test_what_is_broken_is_refused_and_every_finding_named(models: Workspace) -> None:
    edit(models, "models/network.py", "return raw", "return (raw")
    (models.root / "data/people.csv").unlink()
    before = models.everything()
    said = models.refused(2, "push")
    assert "  models/network.py:7: " in said
    assert "  data/people.csv: data of 'seir_seir' is missing" in said
    assert "--no-check" in said
    assert models.everything() == before


def test_an_untracked_dependency_is_refused(models: Workspace) -> None:
    models.ok("remove", "data/people.csv")
    assert "data/people.csv" in models.refused(2, "push")


@pytest.mark.parametrize("option", [(), ("--no-check",)])
def test_where_nothing_is_tracked_that_is_what_is_told(models: Workspace, option: tuple[str, ...]) -> None:
    edit(models, "models/rates.py", "0.3", "0.4")
    (models.root / ".modelops-bundle/index").unlink()
    said = models.refused(2, "push", *option)
    assert "nothing to push" in said and "hint: modelops-bundle add ." in said


def test_no_check_publishes_and_keeps_what_was_registered_of_the_broken(
    models: Workspace, layout: str, tmp_path: Path
) -> None:
    edit(models, "models/network.py", "return raw", "return (raw")
    edit(models, "models/rates.py", "0.3", "0.4")
    before = json.loads(models.ok("status", "--json"))["models"][0]["registered_digest"]
    said = models.run("push", "--no-check")
    assert said.code == 0 and "'seir_seir' was stale" in said.stderr
    colleague = Workspace(tmp_path / "clone")
    colleague.ok("clone", layout, ".")
    network, seir = json.loads(colleague.ok("status", "--json"))["models"]
    assert (network["condition"], network["registered_digest"]) == ("broken", before)
    assert seir["condition"] == "ready"


def test_a_dry_run_tells_and_changes_nothing(models: Workspace) -> None:
    models.write("models/mixing.py", "MATRIX = 1\n")
    edit(models, "models/rates.py", "BETA", "from .mixing import MATRIX\n\nBETA")
    before, tracked = models.tree(), models.ok("ls-files")
    done = models.run("push", "--dry-run")
    assert done.code == 0
    assert "'seir_seir' was stale (1 modified, 1 added): would be registered anew" in done.stderr
    assert REGISTRY in done.text and "models/mixing.py" in done.text
    assert models.tree() == before
    assert models.ok("ls-files") == tracked


def test_a_refused_push_leaves_the_registry_as_it_is(models: Workspace, layout: str, tmp_path: Path) -> None:
    colleague = Workspace(tmp_path / "colleague")
    colleague.ok("clone", layout, ".")
    edit(colleague, "data/people.csv", "10", "11")
    colleague.ok("push")
    edit(models, "models/rates.py", "0.3", "0.4")
    before = models.read(REGISTRY)
    models.refused(7, "push")
    assert models.read(REGISTRY) == before


def test_a_known_version_is_published_as_it_is(models: Workspace) -> None:
    edit(models, "models/rates.py", "0.3", "0.4")
    before = models.read(REGISTRY)
    assert "Pushed" in models.ok("push", "--ref", "HEAD", "--tag", "v1")
    assert models.read(REGISTRY) == before


def test_a_file_that_is_edited_while_it_is_taken_is_taken_again(
    models: Workspace, layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def interfering(project: Project, known: Tree) -> Tracked:
        if not calls:
            edit(models, "data/people.csv", "10", "11")
        calls.append(1)
        return snapshot(project, known)

    monkeypatch.setattr(renewed_snapshot, "snapshot", interfering)
    models.ok("push")
    assert len(calls) == 2
    assert_the_published_registry_is_current(models, layout, tmp_path / "clone")


def test_a_file_that_never_holds_still_is_refused(models: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def interfering(project: Project, known: Tree) -> Tracked:
        calls.append(1)
        models.write("data/people.csv", f"age,count\n0,{len(calls)}\n")
        return snapshot(project, known)

    monkeypatch.setattr(renewed_snapshot, "snapshot", interfering)
    assert "data/people.csv" in models.refused(3, "push")
