"""Refs change only from what they are expected to be, and never outside their directory."""

import os
import threading
from pathlib import Path

import pytest

from modelops_bundle.digest import Digest
from modelops_bundle.errors import BundleError, Busy, IntegrityError, Invalid
from modelops_bundle.store.refs import HEAD, RefChanged, RefStore, base_ref, remote_ref, tag_ref
from tests.modelops_bundle.faults import failing_at
from tests.modelops_bundle.samples import digest_number, everything_below

ONE, TWO = digest_number(1), digest_number(2)
REMOTES = [
    "ghcr.io/lab/seir",
    "localhost:5000/seir",
    "oci:/data/größe/a b",
    "oci:/100%/x",
    "oci:/../../..",
    "x/../../..",
    "+x",
    "oci:/%2F/x",
    "oci:" + os.fsdecode(b"/caf\xe9"),
    "oci:/" + "/".join(["deep"] * 60),
    *("x" * length for length in (199, 200, 201, 400, 401)),
]
NAMES = [HEAD, tag_ref("v1"), *(remote_ref(remote, "v1") for remote in REMOTES), base_ref(REMOTES[0], "latest")]


@pytest.fixture
def refs(tmp_path: Path) -> RefStore:
    (tmp_path / "project").mkdir()
    return RefStore(tmp_path / "project")


@pytest.mark.parametrize("name", NAMES)
def test_a_ref_is_updated_read_and_deleted(refs: RefStore, name: str) -> None:
    assert refs.read(name) is None
    refs.update(name, ONE, None)
    refs.update(name, TWO, ONE)
    refs.update(name, ONE)
    assert refs.read(name) == ONE
    assert list(refs) == ([] if name == HEAD else [(name, ONE)])
    assert refs.delete(name, ONE)
    assert refs.read(name) is None
    assert not refs.delete(name)
    assert list(refs) == []


def test_refs_of_different_remotes_never_meet(refs: RefStore, tmp_path: Path) -> None:
    for number, name in enumerate(NAMES):
        refs.update(name, digest_number(number), None)
    assert [refs.read(name) for name in NAMES] == [digest_number(number) for number in range(len(NAMES))]
    assert list(refs) == sorted((name, digest_number(number)) for number, name in enumerate(NAMES) if name != HEAD)
    assert os.listdir(tmp_path) == ["project"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "v1",
        "tags",
        "tags/",
        "tags/a/b",
        "tags/..",
        "tags/.hidden",
        "tags/a\n",
        "heads/main",
        "remotes/v1",
        "remotes//v1",
        "remotes/../v1",
        "remotes/./v1",
        "bases/../tags",
        "../HEAD",
        "/etc/passwd",
        "HEAD/x",
    ],
)
def test_what_is_no_ref_is_refused(refs: RefStore, tmp_path: Path, name: str) -> None:
    for work in (refs.read, refs.delete, lambda name: refs.update(name, ONE)):
        with pytest.raises(Invalid):
            work(name)
    assert everything_below(tmp_path) == {"project": ""}


@pytest.mark.parametrize("tag", ["", "a/b", "..", "a b", "x" * 129])
def test_names_are_made_of_tags(tag: str) -> None:
    for make in (tag_ref, lambda tag: remote_ref("x", tag), lambda tag: base_ref("x", tag)):
        with pytest.raises(Invalid):
            make(tag)


@pytest.mark.parametrize("expected", [None, TWO])
def test_a_ref_that_is_not_as_expected_stays(refs: RefStore, expected: Digest | None) -> None:
    refs.update("tags/v1", ONE)
    for work in (lambda: refs.update("tags/v1", TWO, expected), lambda: refs.delete("tags/v1", expected)):
        with pytest.raises(RefChanged, match=ONE):
            work()
    assert refs.read("tags/v1") == ONE


def test_a_ref_that_is_gone_is_not_as_expected(refs: RefStore) -> None:
    with pytest.raises(RefChanged, match="absent"):
        refs.update("tags/v1", TWO, ONE)
    assert refs.read("tags/v1") is None


@pytest.mark.parametrize("content", [b"", b"sha256:", b"v1\n", ONE.upper().encode(), b"\xff\xfe", b"a" * 100_000])
def test_a_damaged_ref_is_told(refs: RefStore, tmp_path: Path, content: bytes) -> None:
    refs.update("tags/v1", ONE)
    (tmp_path / "project" / "refs" / "tags" / "v1").write_bytes(content)
    with pytest.raises(IntegrityError, match="tags/v1"):
        refs.read("tags/v1")
    refs.update("tags/v1", TWO)
    assert refs.read("tags/v1") == TWO


def test_no_more_is_read_of_a_ref_than_a_digest_takes(refs: RefStore, tmp_path: Path) -> None:
    refs.update("tags/v1", ONE)
    with (tmp_path / "project" / "refs" / "tags" / "v1").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(IntegrityError, match="tags/v1"):
        refs.read("tags/v1")


def test_stray_files_are_no_refs(refs: RefStore, tmp_path: Path) -> None:
    refs.update("tags/v1", ONE)
    for name in (
        "tags/.tmp-abc",
        "tags/v1~",
        "tags/a b",
        "tags/d/v1",
        "remotes/v1",
        "remotes/x/y/v1",
        "remotes/%zz/v1",
    ):
        stray = tmp_path / "project" / "refs" / name
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_text("x")
    assert list(refs) == [("tags/v1", ONE)]


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_failure_leaves_the_old_value(
    refs: RefStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    refs.update("tags/v1", ONE)
    before = everything_below(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, function, failing_at(1, getattr(os, function), KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            refs.update("tags/v1", TWO)
    assert everything_below(tmp_path) == before


def test_of_two_threads_that_expect_the_same_exactly_one_wins(refs: RefStore) -> None:
    for turn in range(8):
        refs.update("tags/v1", ONE)
        won: list[int] = []
        start = threading.Barrier(2)

        def set_to(number: int, won: list[int] = won, start: threading.Barrier = start) -> None:
            start.wait()
            try:
                refs.update("tags/v1", digest_number(number), ONE)
            except Busy:
                return
            won.append(number)

        threads = [threading.Thread(target=set_to, args=(10 + turn * 2 + n,)) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        assert refs.read("tags/v1") == digest_number(won[0])


def test_updating_and_deleting_at_once_disturbs_nobody(refs: RefStore) -> None:
    failures: list[BaseException] = []

    def churn(name: str) -> None:
        try:
            for _ in range(8):
                refs.update(name, ONE)
                refs.delete(name)
        except (OSError, BundleError) as error:
            failures.append(error)

    threads = [threading.Thread(target=churn, args=(name,)) for name in ("tags/a", "tags/b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(refs) == []
