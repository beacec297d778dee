"""update-ref changes refs, each if it is what one expects, all or none."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.plumbing._records import NO_DIGEST
from modelops_bundle.sync.state import read_log
from tests.plumbing.sample import assert_refused, edit, golden, publish, succeed
from tests.support.cli import run

SEEN = "remotes/oci:/shared/my models/latest"
ABSENT = "sha256:" + "2" * 64


@pytest.fixture
def versions(root: Path) -> tuple[str, str]:
    """The digests of v1 and of v2, which is HEAD."""
    first = publish(root, "v1")
    edit(root)
    return first, publish(root, "v2")


def refs(root: Path) -> dict[str, str]:
    return {
        name: digest
        for digest, _, name in (r.partition("\t") for r in succeed("for-each-ref", cwd=root).splitlines())
    }


def test_it_prints_nothing(root: Path, versions: tuple[str, str]) -> None:
    golden("update-ref", "update-ref", "tags/v3", "v2", cwd=root)
    assert refs(root)["tags/v3"] == versions[1]


@pytest.mark.parametrize("old", [None, "v2"])
def test_a_ref_moves_if_it_names_what_is_expected(root: Path, versions: tuple[str, str], old: str | None) -> None:
    expected = [versions[1]] if old else []
    succeed("update-ref", "HEAD", "v1", *expected, cwd=root)
    assert refs(root)["HEAD"] == versions[0]


@pytest.mark.parametrize("nothing", ["", NO_DIGEST])
def test_nothing_expected_means_that_it_must_not_exist(
    root: Path, versions: tuple[str, str], nothing: str
) -> None:
    succeed("update-ref", "tags/new", "v1", nothing, cwd=root)
    result = run("update-ref", "tags/new", "v2", nothing, cwd=root)
    assert_refused(result, 6, f"ref 'tags/new' is {versions[0]}, expected none", "for-each-ref 'tags/new'")
    assert refs(root)["tags/new"] == versions[0]


def test_setting_a_ref_to_what_it_names_and_deleting_what_is_gone_are_success(
    root: Path, versions: tuple[str, str]
) -> None:
    for _ in range(2):
        succeed("update-ref", "tags/v1", versions[0], cwd=root)
    for _ in range(2):
        succeed("update-ref", "-d", "tags/v1", cwd=root)
    assert "tags/v1" not in refs(root)


def test_deleting_looks_at_what_is_expected_too(root: Path, versions: tuple[str, str]) -> None:
    assert_refused(run("update-ref", "-d", "tags/v1", versions[1], cwd=root), 6, "ref 'tags/v1'", "for-each-ref")
    assert "tags/v1" in refs(root)
    succeed("update-ref", "-d", "tags/v1", versions[0], cwd=root)
    assert "tags/v1" not in refs(root)


@pytest.mark.parametrize("end", ["\n", "\0"])
def test_a_stream_of_changes_is_done_as_a_whole(root: Path, versions: tuple[str, str], end: str) -> None:
    first, second = versions
    lines = [
        f"update {SEEN} {first}",
        f"update tags/v1 {second} {first}",
        f"update tags/v3 {second} {NO_DIGEST}",
        f"delete tags/v2 {second}",
        "delete tags/never",
    ]
    option = ["-z"] if end == "\0" else []
    succeed("update-ref", "--stdin", *option, cwd=root, input=end.join(lines).encode())
    assert refs(root) == {"HEAD": second, SEEN: first, "tags/v1": second, "tags/v3": second}


def test_one_ref_that_is_not_as_expected_stops_all_changes(root: Path, versions: tuple[str, str]) -> None:
    first, second = versions
    before = refs(root)
    lines = f"update tags/v3 {first}\ndelete tags/v1\nupdate tags/v2 {first} {first}\n".encode()
    result = run("update-ref", "--stdin", cwd=root, input=lines)
    assert_refused(result, 6, f"ref 'tags/v2' is {second}, expected {first}", "for-each-ref")
    assert refs(root) == before


def test_no_changes_are_success(root: Path) -> None:
    assert succeed("update-ref", "--stdin", cwd=root) == ""


def test_a_change_of_head_is_logged_once(root: Path, versions: tuple[str, str]) -> None:
    before = len(read_log(Project(root)))
    for _ in range(2):
        succeed("update-ref", "HEAD", "v1", cwd=root)
    log = read_log(Project(root))
    assert (log[0].command, log[0].digest, len(log)) == ("update-ref", versions[0], before + 1)


def test_a_damaged_head_can_be_set_anew(root: Path, versions: tuple[str, str]) -> None:
    (Project(root).directory / "HEAD").write_text("damaged\n")
    succeed("update-ref", "HEAD", "v1", cwd=root)
    assert refs(root)["HEAD"] == versions[0]


def test_only_what_a_remote_was_seen_to_name_may_be_unknown_here(root: Path) -> None:
    succeed("update-ref", SEEN, ABSENT, cwd=root)
    for name in ("HEAD", "tags/x", "bases/host/x/latest"):
        assert_refused(run("update-ref", name, ABSENT, cwd=root), 1, f"no such object: '{ABSENT}'", "fetch")
    readme = succeed("hash-object", "README.md", cwd=root).strip()
    assert run("update-ref", "tags/x", readme, cwd=root).code == 5
    assert refs(root) == {SEEN: ABSENT}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give REF NEW"),
        (["HEAD"], "give REF NEW"),
        (["-d"], "give REF NEW"),
        (["HEAD", ABSENT, ABSENT, ABSENT], "give REF NEW"),
        (["--stdin", "HEAD", ABSENT], "give REF NEW"),
        (["heads/x", ABSENT], "not a ref: 'heads/x'"),
        (["remotes/../x", ABSENT], "not a ref: 'remotes/../x'"),
        (["tags/-x", ABSENT], "not a tag: '-x'"),
        ([SEEN, "sha256:12"], "not a digest: 'sha256:12'"),
        ([SEEN, ABSENT, "v1"], "not a digest: 'v1'"),
    ],
)
def test_a_senseless_change_is_a_usage_error(root: Path, arguments: list[str], message: str) -> None:
    assert_refused(run("update-ref", *arguments, cwd=root), 2, message, "")


@pytest.mark.parametrize(
    "line",
    ["update HEAD", "create HEAD " + ABSENT, f"update HEAD {ABSENT[:-1]}", "delete", f"update tags/a {ABSENT} x"],
)
def test_a_senseless_line_is_a_usage_error(root: Path, line: str) -> None:
    result = run("update-ref", "--stdin", cwd=root, input=f"update {SEEN} {ABSENT}\n{line}\n".encode())
    assert_refused(result, 2, "not a change of a ref", "'update REF NEW [OLD]'")
    assert refs(root) == {}


def test_a_ref_is_changed_once_at_most(root: Path) -> None:
    lines = f"update {SEEN} {ABSENT}\ndelete {SEEN}\n".encode()
    assert_refused(run("update-ref", "--stdin", cwd=root, input=lines), 2, "changed twice", "once")
