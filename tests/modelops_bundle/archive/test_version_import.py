"""A version that arrives in a file: verified, completed from what is here, or refused telling what is missing."""

import json
from pathlib import Path

import pytest

from modelops_bundle.archive.compression import ArchiveFile, Compression
from modelops_bundle.archive.unpacking_archive import open_archive
from modelops_bundle.archive.version_archive import Supply, write_version_archive
from modelops_bundle.archive.version_import import (
    Gathered,
    find_version,
    gather,
    keep_contents,
    send_version,
    unpack_layout,
)
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import hex_of
from modelops_bundle.errors import IntegrityError, NotFound, RemoteMoved, UnsupportedMediaType
from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.store.store import Store
from tests.modelops_bundle.archive.archives import tar_of
from tests.support.workspace import Workspace


@pytest.fixture
def published(tmp_path: Path) -> Workspace:
    """A checkout of which `v1`, and after an edit of a large file `v2`, are published."""
    work = Workspace(tmp_path / "work")
    work.write("small.txt", "1\n")
    work.write("large.bin", b"".join(b"%d," % number for number in range(1_500_000)))
    work.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    work.ok("add", ".")
    work.ok("push", "--tag", "v1")
    with (work.root / "large.bin").open("r+b") as stream:
        stream.seek(5_000_000)
        stream.write(b"edit")
    work.ok("push", "--tag", "v2")
    return work


def version(work: Workspace, tag: str) -> tuple[Supply, Bundle]:
    project = Project(work.root)
    remote = LayoutRemote(work.root.parent / "remote")
    return Supply(project, remote), fetch_version(project, remote, tag)


def export(work: Workspace, tag: str, file: Path, since: str = "") -> Bundle:
    supply, bundle = version(work, tag)
    known = [blob.digest for blob in version(work, since)[1].blobs()] if since else []
    write_version_archive(supply, bundle, tag, ArchiveFile(file, Compression.NONE), known=known)
    return bundle


def unpacked(file: Path, directory: Path) -> Path:
    directory.mkdir()
    with open_archive(file) as archive:
        unpack_layout(archive, directory)
    return directory


def test_a_version_since_another_holds_only_what_that_one_lacks(published: Workspace, tmp_path: Path) -> None:
    export(published, "v2", tmp_path / "whole.tar")
    export(published, "v2", tmp_path / "since.tar", since="v1")
    whole, since = (tmp_path / f"{name}.tar" for name in ("whole", "since"))
    assert since.stat().st_size < whole.stat().st_size / 4


def test_a_version_comes_whole_into_a_store(published: Workspace, tmp_path: Path) -> None:
    bundle = export(published, "v2", tmp_path / "a.tar")
    store = Store(tmp_path / "store")
    source = Gathered(unpacked(tmp_path / "a.tar", tmp_path / "u"), store.objects, None)
    assert find_version(source) == (bundle.digest, ("v2",))
    imported = gather(store, source, bundle.digest, ("v2",))
    keep_contents(store, source, imported)
    for blob in bundle.blobs():
        assert store.objects.verify(blob.digest) == blob.size
    assert Store(tmp_path / "store").bundle(bundle.digest).tree == bundle.tree


def test_what_is_missing_is_named_and_nothing_is_sent(published: Workspace, tmp_path: Path) -> None:
    bundle = export(published, "v2", tmp_path / "a.tar", since="v1")
    other, store = LayoutRemote(tmp_path / "other"), Store(tmp_path / "store")
    source = Gathered(unpacked(tmp_path / "a.tar", tmp_path / "u"), store.objects, other)
    with pytest.raises(NotFound, match=hex_of(bundle.digest)) as refused:
        gather(store, source, bundle.digest, ())
    assert any("'small.txt'" in line for line in refused.value.details)
    assert not (tmp_path / "other").exists()


def test_what_the_remote_has_need_not_be_sent(published: Workspace, tmp_path: Path) -> None:
    first = export(published, "v1", tmp_path / "1.tar")
    second = export(published, "v2", tmp_path / "2.tar", since="v1")
    other, store = LayoutRemote(tmp_path / "other"), Store(tmp_path / "store")
    for number, bundle in enumerate((first, second), 1):
        source = Gathered(unpacked(tmp_path / f"{number}.tar", tmp_path / str(number)), store.objects, other)
        send_version(other, source, gather(store, source, bundle.digest, ()), f"v{number}")
    assert other.list_tags() == ["v1", "v2"]
    clone = Workspace(tmp_path)
    clone.ok("clone", f"oci:{tmp_path / 'other'}:v2", "clone")
    assert (tmp_path / "clone/large.bin").read_bytes() == (published.root / "large.bin").read_bytes()
    with pytest.raises(RemoteMoved, match="v1"):
        send_version(other, source, gather(store, source, second.digest, ()), "v1")
    send_version(other, source, gather(store, source, second.digest, ()), "v1", force=True)
    assert other.resolve_tag("v1") == second.digest


def test_what_came_in_an_archive_is_not_asked_of_the_remote(published: Workspace, tmp_path: Path) -> None:
    digest = export(published, "v2", tmp_path / "2.tar").digest
    other = Workspace(tmp_path / "receiver")
    other.ok("init", "--remote", f"oci:{tmp_path / 'nothing'}")
    other.ok("import", "../2.tar")
    for name in ("pyproject.toml", ".modelopsignore"):
        (other.root / name).unlink()
    other.ok("pull", "--ref", digest)
    assert (other.root / "large.bin").read_bytes() == (published.root / "large.bin").read_bytes()


def test_a_blob_under_a_wrong_name_is_refused(tmp_path: Path) -> None:
    data = tar_of(("blobs/sha256/" + "0" * 64, b"x"), ("index.json", b"{}"), ("oci-layout", b"{}"))
    (tmp_path / "a.tar").write_bytes(data)
    with pytest.raises(IntegrityError, match="0" * 64):
        unpacked(tmp_path / "a.tar", tmp_path / "u")


def test_other_archives_hold_no_version(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(tar_of(("x", b"1")))
    with pytest.raises(UnsupportedMediaType, match=r"a\.tar"):
        unpacked(tmp_path / "a.tar", tmp_path / "u")


def test_one_of_several_versions_must_be_named(published: Workspace, tmp_path: Path) -> None:
    layout = LayoutRemote(tmp_path / "remote")
    with pytest.raises(NotFound, match="2 versions") as refused:
        find_version(layout)
    assert [line.split()[0] for line in refused.value.details] == ["v1", "v2"]
    assert find_version(layout, "v2")[1] == ("v2",)
    assert find_version(layout, layout.resolve_tag("v1") or "")[1] == ("v1",)
    with pytest.raises(NotFound, match="v3"):
        find_version(layout, "v3")


def test_the_layout_is_the_one_that_a_push_makes(published: Workspace, tmp_path: Path) -> None:
    bundle = export(published, "v1", tmp_path / "a.tar")
    index = json.loads((unpacked(tmp_path / "a.tar", tmp_path / "u") / "index.json").read_bytes())
    remote = json.loads((tmp_path / "remote/index.json").read_bytes())
    assert index["manifests"] == [entry for entry in remote["manifests"] if entry["digest"] == bundle.digest]
