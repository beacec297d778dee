"""fetch learns what the remote holds, and changes nothing of the working tree."""

import json
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, short
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.store.refs import remote_ref
from tests.support.workspace import Workspace


@pytest.fixture
def bob(work: Workspace, layout: str, tmp_path: Path) -> Workspace:
    """Somebody who cloned before the author pushed twice more, to `latest` and to `v2`."""
    work.ok("clone", layout, str(tmp_path / "bob"))
    work.write("data/cases.csv", "day,cases\n1,4\n")
    work.ok("push")
    work.write("new.csv", "1\n")
    work.ok("add", "new.csv")
    work.ok("push", "--tag", "v2")
    return Workspace(tmp_path / "bob")


def seen(bob: Workspace, layout: str, tag: str) -> Digest | None:
    return Project(bob.root).refs.read(remote_ref(layout, tag))


def test_status_knows_the_versions_then_and_no_file_changed(bob: Workspace, layout: str) -> None:
    files, before = bob.tree(), seen(bob, layout, "latest")
    remote = LayoutRemote(Path(layout.removeprefix("oci:")))
    now = remote.resolve_tag("latest")
    assert before and now
    assert bob.ok("fetch") == f"latest  {short(before)} -> {short(now)}\n"
    assert bob.tree() == files
    assert "behind" in bob.ok("status")


def test_no_content_of_files_is_fetched(bob: Workspace, layout: str) -> None:
    bob.ok("fetch", "--all")
    version = seen(bob, layout, "v2")
    assert version
    bundle = Project(bob.root).bundle(version)
    assert bundle.tree["new.csv"].digest not in Project(bob.root).objects


def test_a_second_time_there_is_nothing_new(bob: Workspace) -> None:
    bob.ok("fetch")
    assert bob.ok("fetch").endswith("(unchanged)\n")


def test_all_tags_or_some_can_be_asked_for(bob: Workspace, layout: str) -> None:
    assert bob.ok("fetch", "--tag", "v2").endswith("(new)\n")
    found = json.loads(bob.ok("fetch", "--all", "--json"))
    assert found["remote"] == layout
    assert {tag: (change["old"], change["new"]) for tag, change in found["tags"].items()} == {
        "latest": (Project(bob.root).head, seen(bob, layout, "latest")),
        "v2": (seen(bob, layout, "v2"), seen(bob, layout, "v2")),
    }


def test_a_tag_that_is_gone_is_forgotten_and_the_others_are_fetched(bob: Workspace, layout: str) -> None:
    bob.ok("fetch", "--tag", "v2")
    index = Path(layout.removeprefix("oci:")) / "index.json"
    document = json.loads(index.read_text())
    document["manifests"] = [each for each in document["manifests"] if "v2" not in str(each["annotations"])]
    index.write_text(json.dumps(document))
    before = seen(bob, layout, "latest")
    assert "no tag 'v2'" in bob.refused(1, "fetch", "--tag", "latest", "--tag", "v2")
    assert seen(bob, layout, "v2") is None
    assert seen(bob, layout, "latest") != before
