"""What we remember of remotes, and the log of versions."""

from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.store.refs import base_ref, remote_ref, tag_ref
from modelops_bundle.sync import state as sync_state
from modelops_bundle.sync.state import LOG, LogEntry, base_of, read_log, record_seen, record_sync
from tests.modelops_bundle.samples import digest_number

ONE, TWO, THREE = digest_number(1), digest_number(2), digest_number(3)
HERE, THERE = "localhost:5000/seir", "oci:/data/a b"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path)


def test_a_new_project_remembers_nothing(project: Project) -> None:
    assert base_of(project, HERE, "v1") is None
    assert read_log(project) == []


def test_a_sync_is_remembered(project: Project) -> None:
    record_sync(project, HERE, "v1", ONE, "push", switched=False)
    assert project.head == ONE
    assert project.refs.read(remote_ref(HERE, "v1")) == ONE
    assert base_of(project, HERE, "v1") == ONE
    [entry] = read_log(project)
    assert (entry.command, entry.digest, entry.where) == ("push", ONE, f"{HERE}:v1")


def test_a_tag_without_a_base_has_the_version_that_we_came_from(project: Project) -> None:
    record_sync(project, HERE, "v1", ONE, "push", switched=False)
    assert base_of(project, THERE, "v1") == ONE


def test_each_tag_has_a_base_of_its_own_until_the_tree_is_replaced(project: Project) -> None:
    record_sync(project, HERE, "v1", ONE, "push", switched=False)
    record_sync(project, THERE, "v2", TWO, "pull", switched=False)
    assert (base_of(project, HERE, "v1"), base_of(project, THERE, "v2")) == (ONE, TWO)
    project.refs.update(tag_ref("mine"), ONE)
    record_sync(project, HERE, "v3", THREE, "pull", switched=True)
    assert [base_of(project, HERE, tag) for tag in ("v1", "v2", "v3")] == [THREE] * 3
    assert project.refs.read(base_ref(THERE, "v2")) is None
    assert project.refs.read(remote_ref(THERE, "v2")) == TWO
    assert project.refs.read(tag_ref("mine")) == ONE


def test_a_version_named_by_digest_has_no_tag(project: Project) -> None:
    record_sync(project, HERE, "", ONE, "pull", switched=True)
    assert project.head == ONE
    assert list(project.refs) == []
    assert read_log(project)[0].where == HERE


def test_what_was_seen_changes_no_base(project: Project) -> None:
    record_sync(project, HERE, "v1", ONE, "push", switched=False)
    record_seen(project, HERE, "v1", TWO)
    assert (project.head, base_of(project, HERE, "v1")) == (ONE, ONE)
    record_seen(project, HERE, "v1", None)
    assert project.refs.read(remote_ref(HERE, "v1")) is None


def test_the_log_holds_changes_only_the_newest_first(project: Project) -> None:
    for digest in (ONE, ONE, TWO, TWO, ONE):
        record_sync(project, HERE, "v1", digest, "push", switched=False)
    assert [entry.digest for entry in read_log(project)] == [ONE, TWO, ONE]


def test_a_damaged_ref_of_something_else_does_not_stop_a_switch(project: Project) -> None:
    record_sync(project, HERE, "v1", ONE, "push", switched=False)
    project.refs.update(tag_ref("mine"), ONE)
    for damaged in (project.directory / "refs").rglob("*"):
        if damaged.is_file():
            damaged.write_text("damaged")
    record_sync(project, HERE, "v2", TWO, "pull", switched=True)
    assert base_of(project, HERE, "v1") == TWO


@pytest.mark.parametrize(
    "line",
    [
        "",
        "1",
        f"1\tpush\t{ONE}",
        f"x\tpush\t{ONE}\there",
        f"²\tpush\t{ONE}\there",
        "1\tpush\tsha256:abc\there",
        "1\tpush\tsha256:abc\there\tand there",
        "\xff\xfe",
    ],
)
def test_a_line_that_a_crash_cut_short_is_left_out(project: Project, line: str) -> None:
    file = project.directory / LOG
    file.write_text(
        f"1\tpush\t{ONE}\there\n{line}\n2\tpull\t{TWO}\tthere\n", "latin-1" if line == "\xff\xfe" else "utf-8"
    )
    assert read_log(project) == [LogEntry(2, "pull", TWO, "there"), LogEntry(1, "push", ONE, "here")]


@pytest.mark.parametrize("remote", ["oci:/a\u2028b", "oci:/a\x0bb", "oci:/caf\udce9", "oci:/a\xa0b"])
def test_a_remote_of_any_name_is_logged_in_one_line(project: Project, remote: str) -> None:
    record_sync(project, remote, "v1", ONE, "push", switched=False)
    assert [entry.where for entry in read_log(project)] == [f"{remote}:v1"]


def test_of_a_very_long_log_the_newest_entries_are_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{number}\tpush\t{digest_number(number)}\there\n" for number in range(100, 200)]
    (project.directory / LOG).write_text("".join(lines))
    # Half a line more than fifty of them, whose second half looks like a whole one.
    monkeypatch.setattr(sync_state, "MAX_LOG_BYTES", 50 * len(lines[0]) + len(lines[0]) - 1)
    assert [entry.time for entry in read_log(project)] == list(range(199, 149, -1))


def test_a_log_that_would_fill_the_memory_is_read_from_its_end(project: Project) -> None:
    with (project.directory / LOG).open("wb") as stream:
        stream.truncate(1 << 40)
        stream.seek(0, 2)
        stream.write(f"\n1\tpush\t{ONE}\there\n".encode())
    assert read_log(project) == [LogEntry(1, "push", ONE, "here")]
