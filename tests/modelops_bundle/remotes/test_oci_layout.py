"""A directory as a remote: other programs read what we write, and we leave alone what they wrote."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.media_types import OCI_MANIFEST
from modelops_bundle.bundles.reading import read_bundle
from modelops_bundle.checkout.project import Project
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, digest_of, hex_of
from modelops_bundle.errors import IntegrityError, Invalid, NotFound, RemoteMoved, TransferFailed
from modelops_bundle.fetching.documents import RemoteDocuments
from modelops_bundle.files.canonical_json import MalformedDocument, encode
from modelops_bundle.remote import BlobsMissing, BlobStatus, Remote
from modelops_bundle.remotes.oci_layout import LayoutRemote, is_layout
from modelops_bundle.transfer import fetch_document, push_blobs
from tests.modelops_bundle.samples import EXECUTABLES, FILES, LINKS, everything_below, track, write_sample
from tests.support.bundles import no_document, titled_bundle
from tests.support.programs import require

CONFIG = b"{}"
LAYER = b"content"


def blob(data: bytes) -> Descriptor:
    """Return the descriptor of bytes."""
    return Descriptor("application/octet-stream", digest_of(data), len(data))


def opener(data: bytes) -> Callable[[], BinaryIO]:
    """Return what gives the bytes of a blob anew at each try."""
    return lambda: io.BytesIO(data)


def manifest(number: int = 1) -> bytes:
    """Return a manifest of the config and the layer above, different for each number."""
    layers = [blob(LAYER).to_json()]
    return encode(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": blob(CONFIG).to_json(),
            "layers": layers,
            "annotations": {"number": f"{number}"},
        }
    )


@pytest.fixture
def layout(tmp_path: Path) -> LayoutRemote:
    """A layout that holds two manifests, neither of which has a tag."""
    remote = LayoutRemote(tmp_path / "layout")
    for data in (CONFIG, LAYER):
        remote.push_blob(blob(data), opener(data))
    for number in (1, 2):
        remote.push_manifest(manifest(number), OCI_MANIFEST)
    return remote


def document(directory: Path) -> dict[str, object]:
    """Return index.json."""
    value: dict[str, object] = json.loads((directory / "layout" / "index.json").read_bytes())
    return value


def test_it_is_a_remote(tmp_path: Path) -> None:
    remote: Remote = LayoutRemote(tmp_path)
    assert remote.name == f"oci:{tmp_path}"
    assert not remote.mount_blob(digest_of(b""), "elsewhere")
    remote.close()


def test_a_directory_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    remote = LayoutRemote(tmp_path / "none")
    assert remote.list_tags() == []
    assert remote.resolve_tag("v1") is None
    assert not remote.has_blob(digest_of(LAYER))
    with pytest.raises(NotFound, match="v1"):
        remote.fetch_manifest("v1")
    with pytest.raises(NotFound):
        remote.fetch_manifest(digest_of(LAYER))
    assert not (tmp_path / "none").exists()


def test_a_tag_is_set_moved_and_listed(layout: LayoutRemote) -> None:
    layout.set_tag("v1", manifest(1), OCI_MANIFEST, None)
    layout.set_tag("latest", manifest(1), OCI_MANIFEST, None)
    layout.set_tag("latest", manifest(2), OCI_MANIFEST, digest_of(manifest(1)))
    layout.set_tag("sha256-" + "0" * 64, manifest(1), OCI_MANIFEST, None)
    assert layout.list_tags() == ["latest", "v1"]
    assert layout.resolve_tag("latest") == digest_of(manifest(2))
    assert layout.resolve_tag("v1") == digest_of(manifest(1))
    assert layout.fetch_manifest("v1").data == manifest(1)
    assert layout.fetch_manifest(digest_of(manifest(2))).media_type == OCI_MANIFEST


@pytest.mark.parametrize("expected", [None, digest_of(LAYER)])
def test_a_tag_moves_only_from_where_it_is_expected(layout: LayoutRemote, expected: Digest | None) -> None:
    layout.set_tag("v1", manifest(1), OCI_MANIFEST, None)
    with pytest.raises(RemoteMoved, match=digest_of(manifest(1))):
        layout.set_tag("v1", manifest(2), OCI_MANIFEST, expected)
    assert layout.resolve_tag("v1") == digest_of(manifest(1))


def test_a_tag_that_is_gone_is_not_where_it_is_expected(layout: LayoutRemote) -> None:
    with pytest.raises(RemoteMoved, match="names nothing"):
        layout.set_tag("v1", manifest(2), OCI_MANIFEST, digest_of(manifest(1)))


def test_setting_a_tag_to_what_it_names_is_no_conflict(layout: LayoutRemote) -> None:
    layout.set_tag("v1", manifest(1), OCI_MANIFEST, None)
    layout.set_tag("v1", manifest(1), OCI_MANIFEST, None)
    assert layout.list_tags() == ["v1"]


@pytest.mark.parametrize("tag", ["", "a/b", "../x", ".x"])
def test_a_tag_is_one(layout: LayoutRemote, tag: str) -> None:
    for work in (layout.resolve_tag, layout.fetch_manifest):
        with pytest.raises(Invalid):
            work(tag)
    with pytest.raises(Invalid):
        layout.set_tag(tag, manifest(1), OCI_MANIFEST, None)


def test_what_other_programs_wrote_is_left_alone(layout: LayoutRemote, tmp_path: Path) -> None:
    other = {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": "sha512:" + "0" * 128,
        "size": 7,
        "platform": {"os": "linux", "architecture": "arm64", "os.features": ["x"]},
        "annotations": {"org.opencontainers.image.ref.name": "docker.io/library/python:3.11", "a": "b"},
    }
    untagged = {
        "mediaType": "m",
        "digest": "sha256:" + "0" * 64,
        "size": 1,
        "urls": ["https://e.x"],
        "data": "e30=",
    }
    before = {
        "schemaVersion": 2,
        "manifests": [other, untagged],
        "annotations": {"who": "somebody else"},
        "artifactType": "x/y",
    }
    (tmp_path / "layout" / "index.json").write_text(json.dumps(before))
    layout.set_tag("v1", manifest(1), OCI_MANIFEST, None)
    layout.set_tag("v1", manifest(2), OCI_MANIFEST, digest_of(manifest(1)))
    after = document(tmp_path)
    assert isinstance(after["manifests"], list)
    assert after["manifests"][:2] == [other, untagged]
    assert len(after["manifests"]) == 3
    assert {**after, "manifests": before["manifests"]} == before
    assert layout.list_tags() == ["v1"]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"manifests": {}}',
        '{"manifests": [1]}',
        "not json",
        '{"manifests": [], "manifests": []}',
        "[" * 100_000,
    ],
)
def test_an_index_that_is_none_is_refused(layout: LayoutRemote, tmp_path: Path, text: str) -> None:
    (tmp_path / "layout" / "index.json").write_text(text)
    with pytest.raises(MalformedDocument, match=r"index\.json"):
        layout.list_tags()
    with pytest.raises(MalformedDocument):
        layout.set_tag("v1", manifest(1), OCI_MANIFEST, None)
    assert (tmp_path / "layout" / "index.json").read_text() == text


def test_an_entry_that_names_no_digest_is_refused(layout: LayoutRemote, tmp_path: Path) -> None:
    entry = {"digest": "sha256:../../x", "annotations": {"org.opencontainers.image.ref.name": "v1"}}
    (tmp_path / "layout" / "index.json").write_text(json.dumps({"manifests": [entry]}))
    with pytest.raises(MalformedDocument):
        layout.resolve_tag("v1")


def test_a_blob_is_pushed_once(layout: LayoutRemote) -> None:
    def never() -> BinaryIO:
        raise AssertionError

    data = b"x" * (3 << 20)
    assert layout.push_blob(blob(data), opener(data)) is BlobStatus.PUSHED
    assert layout.push_blob(blob(data), never) is BlobStatus.EXISTS
    assert layout.has_blob(digest_of(data))
    assert layout.blob_size(digest_of(data)) == len(data)
    with pytest.raises(NotFound):
        layout.blob_size(digest_of(b"something else"))
    assert b"".join(layout.read_blob(blob(data))) == data


@pytest.mark.parametrize("content", [b"", b"conten", b"content!", b"CONTENT"])
def test_content_that_is_not_what_was_announced_is_refused(layout: LayoutRemote, content: bytes) -> None:
    wanted = blob(b"another")
    before = everything_below(Path(layout.name.removeprefix("oci:")))
    with pytest.raises(IntegrityError, match=wanted.digest):
        layout.push_blob(wanted, opener(content))
    assert everything_below(Path(layout.name.removeprefix("oci:"))) == before


def test_a_tag_never_outlives_its_blobs(layout: LayoutRemote, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    fsync = os.fsync

    def note(handle: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{handle}"))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    layout.push_blob(blob(b"another"), opener(b"another"))
    directory = layout.name.removeprefix("oci:")
    assert [os.path.dirname(path) for path in flushed] == [f"{directory}/blobs/sha256", f"{directory}/blobs"]


def test_parts_of_a_blob_are_read(layout: LayoutRemote) -> None:
    for offset in range(len(LAYER) + 1):
        assert b"".join(layout.read_blob(blob(LAYER), offset)) == LAYER[offset:]
        assert b"".join(layout.read_blob(blob(LAYER), offset, 2)) == LAYER[offset : offset + 2]


def test_a_manifest_names_blobs_that_are_there(tmp_path: Path) -> None:
    remote = LayoutRemote(tmp_path / "layout")
    with pytest.raises(BlobsMissing):
        remote.push_manifest(manifest(), OCI_MANIFEST)
    assert not remote.has_blob(digest_of(manifest()))


def test_damage_on_disk_is_noticed(layout: LayoutRemote, tmp_path: Path) -> None:
    layout.set_tag("v1", manifest(1), OCI_MANIFEST, None)
    blobs = tmp_path / "layout" / "blobs" / "sha256"
    for data in (manifest(1), LAYER):
        file = blobs / hex_of(digest_of(data))
        file.chmod(0o644)
        file.write_bytes(data[:-1] + b"?")
    with pytest.raises(IntegrityError):
        layout.fetch_manifest("v1")
    with pytest.raises(IntegrityError):
        fetch_document(layout, blob(LAYER), 100)
    (blobs / hex_of(digest_of(LAYER))).write_bytes(LAYER[:-1])
    with pytest.raises(IntegrityError, match="cut short"):
        list(layout.read_blob(blob(LAYER)))
    (blobs / hex_of(digest_of(LAYER))).unlink()
    with pytest.raises(NotFound):
        list(layout.read_blob(blob(LAYER)))


def test_a_directory_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(TransferFailed, match="not an OCI image layout"):
        LayoutRemote(tmp_path).push_blob(blob(LAYER), opener(LAYER))
    assert everything_below(tmp_path) == {"thesis.tex": b"years of work"}
    assert not is_layout(tmp_path)


def test_many_first_blobs_at_once_make_one_layout(tmp_path: Path) -> None:
    for turn in range(10):
        remote = LayoutRemote(tmp_path / f"{turn}")
        contents = [b"%d" % number for number in range(8)]
        done = push_blobs(remote, [(blob(data), opener(data)) for data in contents], jobs=8)
        assert set(done.values()) == {BlobStatus.PUSHED}
        assert is_layout(tmp_path / f"{turn}")


SETTER = """
import sys
from pathlib import Path

from modelops_bundle.fetching.documents import RemoteDocuments
from modelops_bundle.errors import RemoteMoved
from modelops_bundle.bundles.media_types import OCI_MANIFEST
from modelops_bundle.remotes.oci_layout import LayoutRemote
print("ready", flush=True)
data = sys.stdin.buffer.read()
try:
    LayoutRemote(Path(sys.argv[1])).set_tag("v1", data, OCI_MANIFEST, None)
except RemoteMoved:
    sys.exit(7)
"""


def test_of_two_processes_that_set_a_tag_exactly_one_wins(layout: LayoutRemote, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SETTER, str(tmp_path / "layout")]
    checkout = Path(__file__).parents[3]
    setters = [
        subprocess.Popen(command, cwd=checkout, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)
    ]
    for setter in setters:
        assert setter.stdout
        assert setter.stdout.readline() == b"ready\n"
    for number, setter in enumerate(setters, 1):
        assert setter.stdin
        setter.stdin.write(manifest(number))
        setter.stdin.close()
    codes = [setter.wait(timeout=30) for setter in setters]
    for setter in setters:
        assert setter.stdout
        setter.stdout.close()
    assert sorted(codes) == [0, 7]
    assert layout.resolve_tag("v1") == digest_of(manifest(codes.index(0) + 1))


@pytest.fixture
def published(tmp_path: Path) -> tuple[LayoutRemote, Bundle]:
    """The sample, published in a layout."""
    project = Project.create(tmp_path / "project")
    tree = track(project, *write_sample(project.root)).tree()
    bundle = titled_bundle(tree, LINKS, LayerRules({}), {})
    project.keep(bundle)
    remote = LayoutRemote(tmp_path / "layout")
    push_blobs(remote, [(blob, partial(project.objects.open, blob.digest)) for blob in bundle.blobs()])
    remote.push_manifest(bundle.data, OCI_MANIFEST)
    remote.set_tag("v1", bundle.data, OCI_MANIFEST, None)
    return remote, bundle


@pytest.mark.server("skopeo")
def test_skopeo_reads_what_we_write(published: tuple[LayoutRemote, Bundle], tmp_path: Path) -> None:
    remote, bundle = published
    skopeo = str(require("skopeo"))
    raw = subprocess.run([skopeo, "inspect", "--raw", f"{remote.name}:v1"], check=True, capture_output=True)
    assert raw.stdout == bundle.data
    command = [skopeo, "copy", "--quiet", "--preserve-digests", f"{remote.name}:v1", f"dir:{tmp_path / 'copy'}"]
    subprocess.run(command, check=True, capture_output=True)
    for path, data in (FILES | EXECUTABLES).items():
        if data:
            assert (tmp_path / "copy" / hex_of(bundle.tree[path].digest)).read_bytes() == data


@pytest.mark.server("skopeo")
def test_we_read_what_skopeo_writes(published: tuple[LayoutRemote, Bundle], tmp_path: Path) -> None:
    remote, bundle = published
    other = LayoutRemote(tmp_path / "other")
    command = [
        str(require("skopeo")),
        "copy",
        "--quiet",
        "--preserve-digests",
        f"{remote.name}:v1",
        f"{other.name}:v2",
    ]
    subprocess.run(command, check=True, capture_output=True)
    assert other.list_tags() == ["v2"]
    assert other.resolve_tag("v2") == bundle.digest
    found = other.fetch_manifest("v2")
    fetched = read_bundle(found.data, RemoteDocuments(other), no_document, "v2")
    assert fetched == bundle
    other.set_tag("v3", found.data, found.media_type, None)
    listed = subprocess.run(
        [str(require("skopeo")), "inspect", "--raw", f"{other.name}:v3"], check=True, capture_output=True
    )
    assert listed.stdout == bundle.data
