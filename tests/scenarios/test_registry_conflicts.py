"""Two people register models in one project: a pull puts `registry.yaml` together entry by entry."""

import json
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.models.registry_yaml.file import parse_registry
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.safe_path import REGISTRY_PATH
from tests.support.workspace import METADATA, Workspace


def register(workspace: Workspace, *names: str, folder: str = "models", options: tuple[str, ...] = ()) -> None:
    """Write a module with a class for each name, and register it as `<name>_m`."""
    for name in names:
        workspace.write(f"{folder}/{name}.py", "class M:\n    pass\n")
        workspace.ok("register-model", f"{folder}/{name}.py", "--class", "M", *options)


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
    register(alice, *had)
    alice.ok("push")
    bob.ok("pull")
    register(alice, "seir")
    alice.ok("push")
    register(bob, "sir")
    assert "registry.yaml" in bob.refused(7, "push")
    preview = json.loads(bob.ok("pull", "--dry-run", "--json"))
    assert (preview["merged"], preview["conflicts"]) == ([REGISTRY_PATH], {})
    old = {f"{name}_m" for name in had}
    assert registered(bob) == old | {"sir_m"}
    mine = (bob.root / REGISTRY_PATH).read_text()
    done = bob.run("pull")
    assert done.code == 0, done
    assert f"merged entry by entry: '{REGISTRY_PATH}'" in done.stderr
    assert registered(bob) == old | {"seir_m", "sir_m"}
    assert f"modified-local\t{REGISTRY_PATH}\n" in bob.ok("status", "--porcelain=v1")
    digest = done.stderr.split("cat-object -p ")[1].strip()
    assert bob.ok("cat-object", "-p", digest) == mine
    bob.ok("push")
    alice.ok("pull")
    assert alice.tree() == bob.tree()
    assert alice.ok("status", "--porcelain=v1") == ""
    assert alice.ok("check") == bob.ok("check")


def test_edits_of_two_files_of_one_model_go_together(alice: Workspace, bob: Workspace) -> None:
    register(alice, "seir", options=("--data", "data"))
    alice.ok("push")
    bob.ok("pull")
    before = alice.ok("hash-deps")
    alice.write("data/cases.csv", "day,cases\n1,4\n")
    alice.ok("push")
    bob.write("data/deaths.csv", "day,deaths\n1,1\n")
    bob.ok("refresh")
    bob.ok("pull")
    # The registry says what the files are now: there is nothing to refresh.
    assert "nothing changed" in bob.run("refresh").stderr
    merged = bob.ok("hash-deps")
    assert merged not in (before, alice.ok("hash-deps"))
    bob.ok("push")
    alice.ok("pull")
    assert alice.tree() == bob.tree()
    assert alice.ok("hash-deps") == merged


def test_an_id_that_means_two_classes_is_a_conflict_that_names_it(alice: Workspace, bob: Workspace) -> None:
    register(alice, "sir", folder="models/a", options=("--id", "sir"))
    register(alice, "seir")
    alice.ok("push")
    register(bob, "sir", folder="models/b", options=("--id", "sir"))
    said = pull_refused(bob)
    reason = "model 'sir': path is 'models/b/sir.py' here and 'models/a/sir.py' there"
    assert reason in said
    assert reason in json.loads(bob.run("pull", "-n", "--json").text)["conflicts"][REGISTRY_PATH]
    # One of the two is called something else.
    bob.ok("unregister", "sir")
    register(bob, "sir", folder="models/b")
    bob.ok("pull")
    assert registered(bob) == {"sir", "sir_m", "seir_m"}


def test_a_conflict_of_files_keeps_the_registry_from_being_merged(alice: Workspace, bob: Workspace) -> None:
    alice.write("data/cases.csv", "alice\n")
    register(alice, "seir")
    alice.ok("push")
    bob.write("data/cases.csv", "bob\n")
    register(bob, "sir")
    said = pull_refused(bob)
    assert "1 path is in conflict" in said
    assert "data/cases.csv: changed on both sides" in said
    assert registered(bob) == {"sir_m"}


def test_a_registry_that_cannot_be_read_is_a_conflict_that_says_why(alice: Workspace, bob: Workspace) -> None:
    register(alice, "seir")
    alice.ok("push")
    bob.write(REGISTRY_PATH, "models: [\n")
    bob.ok("add", ".")
    said = pull_refused(bob)
    assert f"{REGISTRY_PATH}: added on both sides with different content; not valid YAML" in said


def test_all_that_is_there_and_more_stays_as_it_is(alice: Workspace, bob: Workspace) -> None:
    register(alice, "seir")
    alice.ok("push")
    register(bob, "sir", "seir")
    held = bob.tree()
    assert json.loads(bob.ok("pull", "--json"))["written"] == []
    assert bob.tree() == held
    bob.ok("push")
    alice.ok("pull")
    assert registered(alice) == {"sir_m", "seir_m"}


def test_all_that_is_here_and_more_comes_in_as_it_is(alice: Workspace, bob: Workspace) -> None:
    register(alice, "seir", "sir")
    alice.ok("push")
    register(bob, "sir")
    assert json.loads(bob.ok("pull", "--json"))["merged"] == []
    assert bob.tree() == alice.tree()
    assert "Everything up to date" in bob.ok("push")


def test_a_registry_that_git_brought_is_merged_though_it_is_not_tracked(alice: Workspace, bob: Workspace) -> None:
    register(alice, "seir")
    alice.ok("push")
    register(bob, "sir")
    bob.ok("remove", REGISTRY_PATH)
    bob.ok("pull")
    assert registered(bob) == {"seir_m", "sir_m"}
    assert REGISTRY_PATH in bob.ok("ls-files")


def test_a_registry_that_was_removed_is_not_brought_back(alice: Workspace, bob: Workspace) -> None:
    register(alice, "seir")
    alice.ok("push")
    bob.ok("pull")
    register(alice, "sir")
    alice.ok("push")
    (bob.root / REGISTRY_PATH).unlink()
    assert f"{REGISTRY_PATH}: deleted here, changed there" in pull_refused(bob)


def test_a_push_that_was_overtaken_is_merged_with_its_registry(
    alice: Workspace, bob: Workspace, tmp_path: Path
) -> None:
    remote = LayoutRemote(tmp_path / "remote")
    start = remote.resolve_tag("latest")
    alice.write("README.md", "Alice\n")
    register(alice, "seir")
    alice.ok("push")
    mine = remote.resolve_tag("latest")
    # Bob's push looked at the tag before alice's moved it, and moved it after: as a registry allows.
    published = remote.fetch_manifest(str(start))
    remote.set_tag("latest", published.data, published.media_type, mine)
    register(bob, "sir")
    bob.ok("push")
    assert Project(bob.root).head == remote.resolve_tag("latest")
    alice.ok("pull")
    assert registered(alice) == {"seir_m", "sir_m"}
    assert alice.read("README.md") == "Alice\n"
