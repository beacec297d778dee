"""A version goes into a file or a layout as it was published, without what the other side has."""

import json
import tarfile
from pathlib import Path

import pytest

from modelops_bundle.archive.compression import ArchiveFile, Compression
from modelops_bundle.archive.version_archive import Supply, Written, write_version_archive, write_version_layout
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import IntegrityError, NotFound
from modelops_bundle.fetching.remote_version import fetch_version
from modelops_bundle.progress import Event
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.store.store import Store
from tests.modelops_bundle.pushed import CountingRemote, published
from tests.modelops_bundle.samples import everything_below

FILES = {"a": b"1\n", "b": b"22\n", "c/again": b"1\n"}
SIZES = {digest_of(b"1\n"): 2, digest_of(b"22\n"): 3}


@pytest.fixture
def version(tmp_path: Path) -> tuple[CountingRemote, Bundle]:
    return published(tmp_path / "work", FILES)


def store_with(bundle: Bundle, directory: Path) -> Store:
    (directory / "tmp").mkdir(parents=True)
    store = Store(directory)
    store.keep(bundle)
    return store


def plain(file: Path) -> ArchiveFile:
    return ArchiveFile(file, Compression.NONE)


def members(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        return {member.name: held.read() for member in tar if (held := tar.extractfile(member))}


def blob(digest: str) -> str:
    return f"blobs/sha256/{digest.removeprefix('sha256:')}"


def test_the_archive_is_the_layout_with_every_blob_once(
    version: tuple[CountingRemote, Bundle], tmp_path: Path
) -> None:
    remote, bundle = version
    supply = Supply(store_with(bundle, tmp_path / "store"), remote)
    done = write_version_archive(supply, bundle, "v1", plain(tmp_path / "a.tar"))
    assert done == Written(2, 5, 0, 0)
    found = members(tmp_path / "a.tar")
    assert set(found) == {"index.json", "oci-layout", *map(blob, SIZES), *map(blob, bundle.documents())}
    for path, data in found.items():
        assert not path.startswith("blobs/") or path == blob(digest_of(data))
    (entry,) = json.loads(found["index.json"])["manifests"]
    assert entry["digest"] == bundle.digest
    assert entry["annotations"] == {"org.opencontainers.image.ref.name": "v1"}


def test_it_is_the_same_wherever_the_blobs_come_from(
    version: tuple[CountingRemote, Bundle], tmp_path: Path
) -> None:
    remote, bundle = version
    here, elsewhere = (store_with(bundle, tmp_path / name) for name in ("here", "elsewhere"))
    for data in FILES.values():
        here.objects.put(data)
    write_version_archive(Supply(here, None), bundle, "v1", plain(tmp_path / "1.tar"))
    write_version_archive(Supply(elsewhere, remote), bundle, "v1", plain(tmp_path / "2.tar"))
    assert (tmp_path / "1.tar").read_bytes() == (tmp_path / "2.tar").read_bytes()
    assert not any(digest in elsewhere.objects for digest in SIZES)
    assert [path.name for path in (elsewhere.tmp / "partial").iterdir()] == ["lock"]


def test_what_is_known_is_left_out_but_never_a_document(
    version: tuple[CountingRemote, Bundle], tmp_path: Path
) -> None:
    remote, bundle = version
    supply = Supply(store_with(bundle, tmp_path / "store"), remote)
    known = [*bundle.documents(), digest_of(b"1\n")]
    done = write_version_archive(supply, bundle, "", plain(tmp_path / "a.tar"), known=known)
    assert done == Written(1, 3, 1, 2)
    found = members(tmp_path / "a.tar")
    assert blob(digest_of(b"1\n")) not in found
    assert {blob(digest) for digest in bundle.documents()} <= set(found)
    assert "annotations" not in json.loads(found["index.json"])["manifests"][0]


def test_a_blob_that_is_nowhere_leaves_no_archive(version: tuple[CountingRemote, Bundle], tmp_path: Path) -> None:
    _, bundle = version
    supply = Supply(store_with(bundle, tmp_path / "store"), None)
    with pytest.raises(NotFound, match="there is no remote to ask") as refused:
        write_version_archive(supply, bundle, "v1", plain(tmp_path / "a.tar"))
    assert "--remote" in refused.value.hint
    assert not (tmp_path / "a.tar").exists()


@pytest.mark.parametrize("where", ["store", "remote"])
def test_damage_does_not_get_into_an_archive(
    version: tuple[CountingRemote, Bundle], tmp_path: Path, where: str
) -> None:
    remote, bundle = version
    store = store_with(bundle, tmp_path / "store")
    if where == "store":
        file = store.objects.path(store.objects.put(b"22\n"))
    else:
        file = tmp_path / "layout" / blob(digest_of(b"22\n"))
    file.chmod(0o644)
    file.write_bytes(b"23\n")
    with pytest.raises(IntegrityError):
        write_version_archive(Supply(store, remote), bundle, "v1", plain(tmp_path / "a.tar"))
    assert not (tmp_path / "a.tar").exists()


def test_a_layout_gets_the_version_beside_what_it_has(
    version: tuple[CountingRemote, Bundle], tmp_path: Path
) -> None:
    remote, bundle = version
    (tmp_path / "other").mkdir()
    _, other = published(tmp_path / "other/work", {"z": b"z"})
    supply = Supply(store_with(bundle, tmp_path / "store"), remote)
    out = tmp_path / "other/layout"
    for _ in range(2):
        assert write_version_layout(supply, bundle, "v1", out) == Written(2, 5, 0, 0)
    layout = LayoutRemote(out)
    assert (layout.resolve_tag("v1"), layout.resolve_tag("latest")) == (bundle.digest, other.digest)
    assert fetch_version(Store(tmp_path / "new"), layout, "v1").tree == bundle.tree
    before = everything_below(out)
    write_version_layout(supply, bundle, "v1", out)
    assert everything_below(out) == before
    write_version_layout(supply, bundle, "latest", out)
    assert layout.resolve_tag("latest") == bundle.digest


def test_progress_counts_content_only(version: tuple[CountingRemote, Bundle], tmp_path: Path) -> None:
    remote, bundle = version
    events: list[Event] = []
    supply = Supply(store_with(bundle, tmp_path / "store"), remote, events.append)
    write_version_archive(supply, bundle, "v1", plain(tmp_path / "a.tar"))
    assert events[-1] == Event("write", 2, 2, 5, 5, finished=True)
    write_version_layout(supply, bundle, "v1", tmp_path / "out")
    assert events[-1] == Event("write", 2, 2, 5, 5, finished=True)
