"""Two people register models in one project: a pull puts `registry.yaml` together entry by entry."""

import json
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.models.entries import ModelEntry, ModelRegistry
from modelops_bundle.models.registry_file import format_registry, parse_registry
from modelops_bundle.oci_layout import LayoutRemote
from modelops_bundle.project import Project
from modelops_bundle.safe_path import REGISTRY_PATH
from tests.support.workspace import METADATA, Workspace


def entry(id: str, **fields: Any) -> ModelEntry:
    given = {"path": f"models/{id}.py", "class_name": "M", "entrypoint": f"models.{id}:M", **fields}
    return ModelEntry(id, **given)


def register(workspace: Workspace, *entries: ModelEntry) -> None:
    """Make those entries all that the registry holds, and track it."""
    data = format_registry(ModelRegistry({each.id: each for each in entries}))
    workspace.write(REGISTRY_PATH, data)
    workspace.ok("add", ".")


def registered(workspace: Workspace) -> set[str]:
    return set(parse_registry((workspace.root / REGISTRY_PATH).read_bytes(), "registry.yaml").models)


def pull_refused(workspace: Workspace) -> str:
    """Pull, which must be refused as a conflict and change nothing but what was seen; return what was said."""
    before = workspace.everything()
    said = workspace.refused(12, "pull")
    after = workspace.everything()
    seen = f"{METADATA}/refs/remotes/"
    assert {p: h for p, h in after.items() if seen not in p} == {p: h for p, h in before.items() if seen not in p}
    return said


@pytest.mark.parametrize("layout_of_storage", ["auto", "packed"])
@pytest.mark.parametrize("had", [(), ("old",)])
def test_models_registered_apart_are_all_there_after_a_pull(
    alice: Workspace, bob: Workspace, layout_of_storage: str, had: tuple[str, ...]
) -> None:
    alice.ok("config", "storage.layout", layout_of_storage)
    if had:
        register(alice, *map(entry, had))
    alice.ok("push")
    bob.ok("pull")
    register(alice, *map(entry, (*had, "seir")))
    alice.ok("push")
    register(bob, *map(entry, (*had, "sir")))
    assert alice.root != bob.root
    assert "registry.yaml" in bob.refused(7, "push")
    preview = json.loads(bob.ok("pull", "--dry-run", "--json"))
    assert (preview["merged"], preview["conflicts"]) == ([REGISTRY_PATH], {})
    assert registered(bob) == {*had, "sir"}
    mine = (bob.root / REGISTRY_PATH).read_text()
    done = bob.run("pull")
    assert done.code == 0, done
    assert f"merged entry by entry: '{REGISTRY_PATH}'" in done.stderr
    assert registered(bob) == {*had, "seir", "sir"}
    assert bob.ok("status", "--porcelain=v1") == f"modified-local\t{REGISTRY_PATH}\n"
    digest = done.stderr.split("cat-object -p ")[1].strip()
    assert bob.ok("cat-object", "-p", digest) == mine
    bob.ok("push")
    alice.ok("pull")
    assert alice.tree() == bob.tree()
    assert alice.ok("status", "--porcelain=v1") == ""


def test_an_id_that_means_two_classes_is_a_conflict_that_names_it(alice: Workspace, bob: Workspace) -> None:
    register(alice, entry("sir", path="models/a/sir.py"), entry("seir"))
    alice.ok("push")
    register(bob, entry("sir", path="models/b/sir.py"))
    said = pull_refused(bob)
    reason = "model 'sir': path is 'models/b/sir.py' here and 'models/a/sir.py' there"
    assert f"  {REGISTRY_PATH}: {reason}\n" in said
    assert json.loads(bob.run("pull", "-n", "--json").text)["conflicts"] == {REGISTRY_PATH: reason}
    bob.ok("pull", "--overwrite")
    assert registered(bob) == {"sir", "seir"}


def test_a_conflict_of_files_keeps_the_registry_from_being_merged(alice: Workspace, bob: Workspace) -> None:
    alice.write("data/cases.csv", "alice\n")
    register(alice, entry("seir"))
    alice.ok("push")
    bob.write("data/cases.csv", "bob\n")
    register(bob, entry("sir"))
    said = pull_refused(bob)
    assert "1 path is in conflict" in said
    assert "data/cases.csv: changed on both sides" in said
    assert registered(bob) == {"sir"}


def test_a_registry_that_cannot_be_read_is_a_conflict_that_says_why(alice: Workspace, bob: Workspace) -> None:
    register(alice, entry("seir"))
    alice.ok("push")
    bob.write(REGISTRY_PATH, "models: [\n")
    bob.ok("add", ".")
    said = pull_refused(bob)
    assert f"{REGISTRY_PATH}: added on both sides with different content; not valid YAML" in said


def test_all_that_is_there_and_more_stays_as_it_is(alice: Workspace, bob: Workspace) -> None:
    register(alice, entry("seir"))
    alice.ok("push")
    register(bob, entry("sir"), entry("seir"))
    held = bob.tree()
    assert json.loads(bob.ok("pull", "--json"))["written"] == []
    assert bob.tree() == held
    bob.ok("push")
    alice.ok("pull")
    assert registered(alice) == {"sir", "seir"}


def test_all_that_is_here_and_more_comes_in_as_it_is(alice: Workspace, bob: Workspace) -> None:
    register(alice, entry("seir"), entry("sir"))
    alice.ok("push")
    register(bob, entry("sir"))
    assert json.loads(bob.ok("pull", "--json"))["merged"] == []
    assert bob.tree() == alice.tree()
    assert "Everything up to date" in bob.ok("push")


def test_a_registry_that_git_brought_is_merged_though_it_is_not_tracked(alice: Workspace, bob: Workspace) -> None:
    register(alice, entry("seir"))
    alice.ok("push")
    bob.write(REGISTRY_PATH, format_registry(ModelRegistry({"sir": entry("sir")})))
    bob.ok("pull")
    assert registered(bob) == {"seir", "sir"}
    assert REGISTRY_PATH in bob.ok("ls-files")


def test_a_registry_that_was_removed_is_not_brought_back(alice: Workspace, bob: Workspace) -> None:
    register(alice, entry("seir"))
    alice.ok("push")
    bob.ok("pull")
    register(alice, entry("seir"), entry("sir"))
    alice.ok("push")
    (bob.root / REGISTRY_PATH).unlink()
    assert f"{REGISTRY_PATH}: deleted here, changed there" in pull_refused(bob)


def test_a_push_that_was_overtaken_is_merged_with_its_registry(
    alice: Workspace, bob: Workspace, tmp_path: Path
) -> None:
    remote = LayoutRemote(tmp_path / "remote")
    start = remote.resolve_tag("latest")
    alice.write("models/seir.py", "BETA = 0.4\n")
    register(alice, entry("seir"))
    alice.ok("push")
    mine = remote.resolve_tag("latest")
    # Bob's push looked at the tag before alice's moved it, and moved it after: as a registry allows.
    published = remote.fetch_manifest(str(start))
    remote.set_tag("latest", published.data, published.media_type, mine)
    register(bob, entry("sir"))
    bob.ok("push")
    assert Project(bob.root).head == remote.resolve_tag("latest")
    alice.ok("pull")
    assert registered(alice) == {"seir", "sir"}
    assert alice.read("models/seir.py") == "BETA = 0.4\n"
