"""What `Operations` does with a project: scan, plan, diff and push, as the commands do."""

import json
from pathlib import Path

import pytest

from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.errors import Invalid, NotFound, RemoteMoved
from modelops_bundle.operations import BundleRef, Operations, default_provider_from_env
from modelops_bundle.storage.policy import Placement
from modelops_bundle.sync.status import Standing
from tests.support.model_projects import make_unregistered
from tests.support.worker import digest_in
from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A project whose first version is 1.0.0; the caller stands beside it."""
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("models/sir.py", "BETA = 0.3\n")
    work.write("data/train.csv", "day,cases\n1,3\n")
    work.ok("init", "--remote", f"oci:{tmp_path}/layout")
    work.ok("add", ".")
    work.ok("push", "--tag", "1.0.0")
    work.ok("push")
    monkeypatch.chdir(tmp_path)
    return work


def test_a_scan_tells_what_status_files_tells(work: Workspace) -> None:
    work.write("models/sir.py", "BETA = 0.4\n")
    (work.root / "data/train.csv").unlink()
    scan = Operations().scan("seir/models")
    told = json.loads(work.ok("status", "--files", "--json"))
    keys = ("path", "state", "size", "mode", "digest", "place", "why")
    assert [{key: getattr(it, key) for key in keys} for it in scan.files if it.digest] == told["files"]
    states = {it.path: it.state for it in scan.files}
    assert states["models/sir.py"] is State.MODIFIED_LOCAL
    assert states["data/train.csv"] is State.DELETED_LOCAL
    assert (scan.remote, scan.tag, scan.base) == (told["remote"], told["tag"], told["base"])
    assert scan.standing is Standing.AHEAD


def test_a_plan_tells_what_a_push_does(work: Workspace) -> None:
    ops, layout = Operations(), work.root.parent / "layout"
    assert ops.plan("seir").up_to_date
    work.write("models/sir.py", "BETA = 0.4\n")
    before = sorted(layout.rglob("*"))
    plan = ops.plan("seir")
    assert (plan.remote, plan.tag) == (f"oci:{layout}", "latest")
    assert plan.states["models/sir.py"] is State.MODIFIED_LOCAL
    assert plan.places["models/sir.py"] is Placement.REGISTRY
    assert plan.bytes_sent > 10 and plan.bytes_stored == 0
    assert ops.push("seir", dry_run=True) == plan.digest
    assert sorted(layout.rglob("*")) == before
    assert ops.push("seir") == plan.digest == digest_in(work.ok("manifest", "latest", "--full"))


def test_a_version_grows_by_the_part_that_is_named(work: Workspace) -> None:
    ops = Operations()
    assert ops.plan("seir", bump="major").tag == "2.0.0"
    work.write("models/sir.py", "BETA = 0.4\n")
    for bump, tag in (("patch", "1.0.1"), ("minor", "1.1.0"), ("patch", "1.1.1")):
        digest = ops.push("seir", bump=bump)
        assert ops.resolve(BundleRef(local_path="layout", version=tag)).manifest_digest == digest
    with pytest.raises(Invalid, match="no part of a version: 'huge'"):
        ops.push("seir", bump="huge")
    with pytest.raises(Invalid, match="exclude each other"):
        ops.push("seir", bump="patch", tag="v1")


def test_changes_of_others_are_discarded_by_force_only(work: Workspace) -> None:
    bob = Workspace(work.root.parent / "bob", work.root.parent / "bobs-home")
    bob.root.mkdir()
    bob.ok("clone", f"oci:{work.root.parent}/layout", ".")
    bob.write("models/sir.py", "BETA = 0.9\n")
    bob.ok("push")
    work.write("models/sir.py", "BETA = 0.4\n")
    ops = Operations()
    for refused in ops.plan, ops.push:
        with pytest.raises(RemoteMoved):
            refused("seir")
    plan = ops.plan("seir", force=True)
    assert plan.discarded == ("models/sir.py",)
    assert ops.push("seir", force=True) == plan.digest


def test_a_diff_compares_with_what_a_push_builds_on_or_with_any_version(work: Workspace) -> None:
    ops, here = Operations(), Operations(provider=default_provider_from_env(work.root))
    assert ops.diff(working_dir="seir") == []
    work.write("models/sir.py", "BETA = 0.4\n")
    first = digest_in(work.ok("manifest", "1.0.0", "--full"))
    work.ok("push")
    work.write("data/train.csv", "day,cases\n1,4\n")

    def paths(ref_or_path: object = "", ops: Operations = here) -> list[str]:
        return [found.path for found in ops.diff(ref_or_path, working_dir=work.root)]  # type: ignore[arg-type]

    assert paths() == paths("data") == paths(Path("data/train.csv")) == ["data/train.csv"]
    assert paths("models") == []
    for version in ("1.0.0", first, BundleRef(version="1.0.0"), BundleRef(digest=first)):
        assert paths(version) == ["data/train.csv", "models/sir.py"]
    for version in ("./layout:1.0.0", f"oci:layout@{first}", BundleRef(local_path="layout", version="1.0.0")):
        assert paths(version, ops) == ["data/train.csv", "models/sir.py"]
    assert paths("./layout", ops) == ["data/train.csv"]


def test_what_names_nothing_is_not_found(work: Workspace) -> None:
    here = Operations(provider=default_provider_from_env(work.root))
    for nothing in ("2.0.0", Path("none.csv")):
        with pytest.raises(NotFound):
            here.diff(nothing)
    for ask in (here.scan, here.plan, here.push):
        with pytest.raises(ValueError, match="not in a project"):
            ask(work.root.parent)


def test_what_is_broken_is_not_published(tmp_path: Path) -> None:
    work = make_unregistered(tmp_path / "models")
    work.ok("config", "remote", f"oci:{tmp_path}/layout")
    work.ok("add", ".")
    work.ok("register-model", "models/seir.py")
    (work.root / "models/rates.py").unlink()
    with pytest.raises(RuntimeError, match="could not run"):
        Operations().push(work.root)
    with pytest.raises(Invalid, match="could not run"):
        Operations().plan(work.root)
