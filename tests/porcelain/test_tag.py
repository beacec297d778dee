"""tag gives versions names that stay in this checkout."""

import json
from pathlib import Path

from tests.support.cli import run
from tests.support.workspace import Workspace


def head(work: Workspace) -> str:
    return work.ok("resolve-ref", "HEAD").strip()


def second_version(work: Workspace) -> str:
    work.write("models/seir.py", "BETA = 0.4\n")
    work.ok("push")
    return head(work)


def test_a_tag_names_head(work: Workspace) -> None:
    assert work.ok("tag", "good") == f"good  {head(work)}\n"
    assert work.ok("resolve-ref", "good").strip() == head(work)


def test_a_tag_names_any_version(work: Workspace) -> None:
    first = head(work)
    second_version(work)
    work.ok("tag", "good", first)
    work.ok("tag", "better", "good")
    assert work.ok("resolve-ref", "better").strip() == first


def test_a_tag_of_the_remote_can_be_named(work: Workspace, tmp_path: Path, layout: str) -> None:
    other = Workspace(tmp_path / "other")
    work.ok("clone", layout, str(other.root))
    other.write("new.csv", "1\n")
    other.ok("add", "new.csv")
    other.ok("push", "--tag", "theirs")
    work.ok("tag", "mine", "theirs")
    assert work.ok("resolve-ref", "mine") == other.ok("resolve-ref", "HEAD")


def test_tags_are_listed_by_name(work: Workspace) -> None:
    for name in ("v2", "v1"):
        work.ok("tag", name)
    assert [line.split()[0] for line in work.ok("tag").splitlines()] == ["Tag", "v1", "v2"]
    assert json.loads(work.ok("tag", "--json")) == {"tags": {"v1": head(work), "v2": head(work)}}


def test_without_tags_the_list_is_empty(work: Workspace) -> None:
    assert work.ok("tag") == ""
    assert json.loads(work.ok("tag", "--json")) == {"tags": {}}


def test_a_tag_is_not_moved_by_accident(work: Workspace) -> None:
    work.ok("tag", "good")
    first, second = head(work), second_version(work)
    error = work.refused(2, "tag", "good")
    assert first in error and "--force" in error
    assert work.ok("resolve-ref", "good").strip() == first
    work.ok("tag", "-f", "good")
    assert work.ok("resolve-ref", "good").strip() == second


def test_naming_the_same_version_again_is_success(work: Workspace) -> None:
    work.ok("tag", "good")
    assert json.loads(work.ok("tag", "good", "--json")) == {"tag": "good", "new": head(work), "old": head(work)}


def test_a_deleted_tag_can_be_made_again_from_what_is_printed(work: Workspace) -> None:
    work.ok("tag", "good")
    digest = work.ok("tag", "-d", "good").split()[-1]
    assert digest == head(work)
    work.refused(1, "tag", "-d", "good")
    work.ok("tag", "good", digest)


def test_deleting_says_what_was_deleted_as_json(work: Workspace) -> None:
    work.ok("tag", "good")
    assert json.loads(work.ok("tag", "-d", "good", "--json")) == {"tag": "good", "new": None, "old": head(work)}


def test_names_are_checked(work: Workspace) -> None:
    assert "'a b'" in work.refused(2, "tag", "a b")
    assert "'HEAD'" in work.refused(2, "tag", "HEAD")
    work.refused(2, "tag", "-d")
    work.refused(2, "tag", "-d", "good", "HEAD")


def test_an_unknown_version_cannot_be_named(work: Workspace, fresh: Workspace) -> None:
    assert "'nowhere'" in work.refused(1, "tag", "good", "nowhere")
    assert "push" in fresh.refused(1, "tag", "good")


def test_it_works_from_a_subdirectory(work: Workspace) -> None:
    assert run("tag", "good", cwd=work.root / "data").code == 0
    assert run("-C", "data", "tag", cwd=work.root).text == work.ok("tag")
