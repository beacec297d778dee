"""A version that was fetched once is read without its remote."""

import json
from pathlib import Path

import pytest

from modelops_bundle.bundles.media_types import OCI_INDEX
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import IntegrityError, NotFound, UnsupportedMediaType
from modelops_bundle.fetching.remote_version import fetch_tag, fetch_version, require_tag
from modelops_bundle.remote import RemoteManifest
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.store.store import Store
from tests.support.workspace import Workspace


class Counted(LayoutRemote):
    """An image layout that counts what it is asked for."""

    asked = 0

    def fetch_manifest(self, reference: str) -> RemoteManifest:
        self.asked += 1
        return super().fetch_manifest(reference)


@pytest.fixture
def remote(tmp_path: Path) -> Counted:
    """A remote that has one version, `latest`."""
    alice = Workspace(tmp_path / "alice")
    alice.write("a.csv", "1\n")
    alice.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    alice.ok("add", ".")
    alice.ok("push")
    return Counted(tmp_path / "remote")


def test_a_version_is_the_same_by_tag_and_by_digest(remote: Counted, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    by_tag = require_tag(store, remote, "latest")
    assert "a.csv" in by_tag.tree
    assert fetch_version(store, remote, by_tag.digest) == by_tag


@pytest.mark.parametrize("again", [False, True], ids=["another command", "the same command"])
def test_a_known_version_costs_no_request(remote: Counted, tmp_path: Path, again: bool) -> None:
    store = Store(tmp_path / "store")
    digest = require_tag(store, remote, "latest").digest
    asked = remote.asked
    store = store if again else Store(tmp_path / "store")
    assert fetch_version(store, remote, digest).digest == digest
    assert remote.asked == asked
    assert Store(tmp_path / "store").bundle(digest).tree == fetch_version(store, remote, digest).tree


def test_there_may_be_no_such_tag(remote: Counted, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    assert fetch_tag(store, remote, "other") is None
    with pytest.raises(NotFound, match="no tag 'other'") as refusal:
        require_tag(store, remote, "other")
    assert "ls-remote" in refusal.value.hint


def test_documents_that_were_altered_are_refused_and_not_kept(remote: Counted, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    digest = remote.resolve_tag("latest")
    assert digest
    config = json.loads(remote.fetch_manifest(digest).data)["config"]["digest"]
    blob = tmp_path / "remote/blobs/sha256" / config.removeprefix("sha256:")
    blob.chmod(0o644)
    blob.write_bytes(blob.read_bytes()[:-1] + b" ")
    with pytest.raises(IntegrityError):
        fetch_version(store, remote, digest)
    assert digest not in store.objects and Digest(config) not in store.objects


def test_a_list_of_images_is_told_from_a_bundle(
    remote: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b'{"schemaVersion": 2, "manifests": []}'
    found = RemoteManifest(digest_of(data), OCI_INDEX, data)
    monkeypatch.setattr(remote, "fetch_manifest", lambda reference: found)
    with pytest.raises(UnsupportedMediaType, match="list of images"):
        fetch_version(Store(tmp_path / "store"), remote, "latest")
