"""A plan knows every conflict before anything is written."""

import os
from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import TITLED, External, LinkTarget
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import WorkingTreeConflict
from modelops_bundle.materializing.destination import Destination
from modelops_bundle.materializing.plan import Action, Options, Plan, plan_files, refuse_conflicts

URI = "az://models/ab/cd/abcd"
NEITHER, OVERWRITE, PREFETCH = Options(), Options(overwrite=True), Options(prefetch_external=True)
BOTH = Options(overwrite=True, prefetch_external=True)


def file(path: str = "a", mode: Mode = Mode.FILE, *, external: bool = False) -> BundleFile:
    """Return a file of a bundle that holds 'new'."""
    return BundleFile(TreeEntry(path, mode, 3, digest_of(b"new")), "data", External(URI) if external else TITLED)


def planned(root: Path, wanted: BundleFile, options: Options = NEITHER) -> Plan:
    return plan_files([wanted], Destination(root), options)


def put(root: Path, content: str, mode: int = 0o644) -> None:
    (root / "a").write_text(content)
    (root / "a").chmod(mode)


@pytest.mark.parametrize(
    ("present", "external", "options", "action"),
    [
        (None, False, NEITHER, Action.CREATED),
        (None, True, NEITHER, Action.POINTER),
        (None, True, OVERWRITE, Action.POINTER),
        (None, True, PREFETCH, Action.CREATED),
        ("new", False, NEITHER, Action.UNCHANGED),
        ("new", False, OVERWRITE, Action.UNCHANGED),
        ("new", True, NEITHER, Action.UNCHANGED),
        ("new", True, BOTH, Action.UNCHANGED),
        ("old", False, NEITHER, None),
        ("old", False, OVERWRITE, Action.REPLACED),
        ("old", True, NEITHER, None),
        ("old", True, OVERWRITE, None),
        ("old", True, PREFETCH, None),
        ("old", True, BOTH, Action.REPLACED),
    ],
)
def test_what_becomes_of_a_path(
    tmp_path: Path, present: str | None, external: bool, options: Options, action: Action | None
) -> None:
    if present:
        put(tmp_path, present)
    plan = planned(tmp_path, file(external=external), options)
    assert plan.actions.get("a") == action
    assert plan.blocked.keys() == (set() if action else {"a"})
    if external and action:
        assert plan.pointers["a"].fulfilled is (action is not Action.POINTER)


def test_the_executable_bit_is_set_without_a_conflict(tmp_path: Path) -> None:
    put(tmp_path, "new", 0o755)
    assert planned(tmp_path, file()).actions == {"a": Action.REPLACED}
    assert planned(tmp_path, file(mode=Mode.EXECUTABLE)).actions == {"a": Action.UNCHANGED}


def test_a_link_is_no_file_whatever_its_target_is_called(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("new")
    assert "a" in planned(tmp_path, file()).blocked
    link = BundleFile(file(mode=Mode.LINK).entry, "data", LinkTarget("new"))
    assert planned(tmp_path, link).actions == {"a": Action.UNCHANGED}


def test_what_is_in_the_way_is_named_and_stays_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("elsewhere")
    (tmp_path / "full" / "inner").mkdir(parents=True)
    (tmp_path / "full" / "inner" / "x").touch()
    os.mkfifo(tmp_path / "pipe")
    paths = ("file/a", "link/a/b", "full", "pipe")
    for options in (NEITHER, BOTH):
        plan = plan_files([file(path) for path in paths], Destination(tmp_path), options)
        assert dict(plan.blocked) == {
            "file/a": "lies beyond 'file', which is no directory",
            "link/a/b": "lies beyond 'link', which is no directory",
            "full": "is a directory with files in it here",
            "pipe": "is neither a file nor a symlink here",
        }
    with pytest.raises(WorkingTreeConflict) as caught:
        refuse_conflicts(plan, BOTH)
    assert caught.value.hint == "move what is in the way, or name another destination"


def test_an_empty_directory_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert planned(tmp_path, file()).actions == {"a": Action.CREATED}


def test_many_conflicts_are_counted(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    plan = plan_files([file(f"x/{number:03}") for number in range(60)], Destination(tmp_path), NEITHER)
    with pytest.raises(WorkingTreeConflict, match="60 paths are in conflict") as caught:
        refuse_conflicts(plan, NEITHER)
    assert caught.value.details[-1] == "… and 10 more"
