"""manifest shows what a remote publishes."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from modelops_bundle.bundles.media_types import OCI_MANIFEST
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.remotes.oci_layout import LayoutRemote
from tests.support.cli import run
from tests.support.registry_server import RegistryServer
from tests.support.workspace import Workspace


def head(work: Workspace) -> str:
    return work.ok("resolve-ref", "HEAD").strip()


def size(work: Workspace) -> int:
    return sum(int(line.split()[2]) for line in work.ok("ls-files", "-s").splitlines())


def second_version(work: Workspace, *args: str) -> str:
    work.write("models/seir.py", "BETA = 0.4\n")
    work.ok("push", *args)
    return head(work)


def test_every_version_is_listed_with_its_tags(work: Workspace) -> None:
    first = head(work)
    work.ok("push", "--tag", "v9")
    second = second_version(work, "--tag", "v10")
    assert work.ok("manifest", "--full").splitlines() == [
        f"{second} (v10)  files: 5 ({size(work)} B)",
        f"{first} (v9, latest)  files: 5 ({size(work)} B)",
    ]
    assert work.ok("manifest").startswith(f"{second[:19]} (v10)")


def test_a_limit_leaves_versions_out_and_says_so(work: Workspace) -> None:
    second_version(work, "--tag", "v2")
    done = work.run("manifest", "-n", "1")
    assert len(done.text.splitlines()) == 1
    assert "1 version more" in done.stderr
    assert len(work.ok("manifest", "-n", "1", "--all").splitlines()) == 2


def test_tags_alone(work: Workspace) -> None:
    for tag in ("v9", "v10"):
        work.ok("push", "--tag", tag)
    assert work.ok("manifest", "--tags-only").split() == ["v10", "v9", "latest"]
    assert json.loads(work.ok("manifest", "--tags-only", "--json")) == {"tags": ["v10", "v9", "latest"]}


def test_a_listing_as_json(work: Workspace, layout: str) -> None:
    value = json.loads(work.ok("manifest", "--json"))
    assert (value["remote"], value["of"]) == (layout, 1)
    assert value["versions"] == [
        {
            "digest": head(work),
            "tags": ["latest"],
            "artifact_type": "application/vnd.modelops.bundle.v1",
            "files": 5,
            "size": size(work),
            "tree": json.loads(work.ok("manifest", "latest", "--json"))["tree"],
            "problem": None,
        }
    ]


def test_a_listing_needs_no_project(work: Workspace, layout: str, tmp_path: Path) -> None:
    assert run("manifest", "--remote", layout, cwd=tmp_path).text == work.ok("manifest")


def test_what_is_no_bundle_is_listed_as_such(work: Workspace, layout: str) -> None:
    empty = digest_of(b"{}")
    image = b'{"config":{"mediaType":"image/x","digest":"%s","size":2},"layers":[]}' % empty.encode()
    remote = LayoutRemote(Path(layout.removeprefix("oci:")))
    remote.push_blob(Descriptor("image/x", empty, 2), lambda: BytesIO(b"{}"))
    remote.push_manifest(image, OCI_MANIFEST)
    remote.set_tag("image", image, OCI_MANIFEST, None)
    assert "(image)  not a bundle: image/x" in work.ok("manifest")


def test_a_damaged_version_does_not_hide_the_others(work: Workspace, layout: str) -> None:
    digest = second_version(work, "--tag", "v2")
    (Path(layout.removeprefix("oci:")) / "blobs/sha256" / digest[7:]).write_bytes(b"damaged")
    damaged, whole = work.ok("manifest").splitlines()
    assert "(v2)  cannot be read: " in damaged
    assert "(latest)  files: 5" in whole


def test_an_empty_remote_has_no_versions(fresh: Workspace, tmp_path: Path) -> None:
    done = fresh.run("manifest", "--remote", f"oci:{tmp_path / 'empty'}")
    assert (done.code, done.text) == (0, "")
    assert "no tags yet" in done.stderr


def test_a_version_is_shown_with_its_digest_for_scripts_to_grep(work: Workspace) -> None:
    assert work.ok("manifest", "latest").splitlines()[0] == f"Digest: {head(work)}"


def test_a_version_shows_its_files(work: Workspace) -> None:
    lines = work.ok("manifest", "latest", "--full").splitlines()
    (row,) = (line.split() for line in lines if line.startswith("models/seir.py"))
    entry = work.ok("ls-files", "-s", "models/seir.py").split()
    assert row == ["models/seir.py", "11", "B", entry[1], "100644", "code", "layer"]


def test_a_version_as_json(work: Workspace) -> None:
    value = json.loads(work.ok("manifest", "latest", "--json"))
    assert value["digest"] == head(work)
    assert value["annotations"]["io.modelops.bundle.tree"] == value["tree"]
    assert [file["path"] for file in value["files"]] == sorted(work.ok("ls-files").split())
    assert value["files"][0].keys() == {"path", "mode", "size", "digest", "layer", "place"}


def test_a_tag_is_what_the_remote_says_now(work: Workspace, tmp_path: Path, layout: str) -> None:
    other = Workspace(tmp_path / "other")
    work.ok("clone", layout, str(other.root))
    digest = second_version(other)
    assert work.ok("manifest", "latest").splitlines()[0] == f"Digest: {digest}"


def test_own_tags_refs_and_digests_are_versions_too(work: Workspace) -> None:
    work.ok("tag", "mine")
    first = head(work)
    second_version(work)
    for name in ("mine", "tags/mine", first, f"@{first}"):
        assert work.ok("manifest", name).splitlines()[0] == f"Digest: {first}"


def test_annotations_cannot_be_taken_for_the_digest(work: Workspace) -> None:
    work.ok("config", "annotations.Digest", "sha256:x")
    work.ok("push")
    lines = work.ok("manifest", "latest").splitlines()
    assert [line for line in lines if line.startswith("Digest:")] == [f"Digest: {head(work)}"]
    assert "Annotation: Digest=sha256:x" in lines


def test_an_unknown_version_is_an_error(work: Workspace, fresh: Workspace) -> None:
    assert "'nowhere'" in work.refused(1, "manifest", "nowhere")
    assert "sha256:" + "0" * 64 in work.refused(1, "manifest", "sha256:" + "0" * 64)
    assert "no remote is configured" in fresh.refused(2, "manifest")
    assert "no remote to ask" in fresh.refused(1, "manifest", "nowhere")


def test_it_works_from_a_subdirectory(work: Workspace) -> None:
    assert run("manifest", "latest", cwd=work.root / "models").text == work.ok("manifest", "latest")


@pytest.mark.server("docker-registry")
def test_a_registry_is_listed_and_compared_with(
    fresh: Workspace, registry: RegistryServer, tmp_path: Path
) -> None:
    remote = f"{registry.host}/listed/{tmp_path.name.lower()}"
    fresh.ok("config", "remote", remote)
    fresh.ok("push", "--tag", "v1")
    fresh.write("models/seir.py", "BETA = 0.4\n")
    fresh.ok("push", "--tag", "v2")
    second, first = fresh.ok("manifest", "--full").splitlines()
    assert second.startswith(f"{head(fresh)} (v2)  files: 5")
    other = Workspace(tmp_path / "other")
    fresh.ok("clone", f"{remote}:v2", str(other.root))
    assert other.ok("manifest", "v1").splitlines()[0] == f"Digest: {first.split()[0]}"
    assert "-BETA = 0.3\n+BETA = 0.4\n" in other.ok("diff", "-p", "--ref", first.split()[0])
