"""A reference leads to a version, however it is spelled, and nothing is written on the way."""

from pathlib import Path

import pytest

from tests.support.earlier_roles import Publication
from tests.support.foreign_layout import descriptor, manifest_of, publish
from tests.support.role_bundles import Published, resolved
from tests.support.workspace import Workspace


def test_a_bundle_is_resolved_by_every_spelling(published: Published) -> None:
    digest, name = published.digest, published.repository
    for spelling in (
        "my-model:1.0.0",
        "My-Model:1.0.0",
        f"my-model@{digest}",
        f"my-model:1.0.0@{digest}",
        digest,
        f"@{digest}",
        digest.upper(),
        f"{name}:1.0.0",
        f"{name}@{digest}",
    ):
        found = resolved(published.user, spelling)
        assert (found["manifest_digest"], found["remote"]) == (digest, name), spelling


def test_a_digest_is_found_without_a_cache_too(published: Published) -> None:
    assert resolved(published.user, "--no-cache", f"@{published.digest}")["remote"] == published.repository
    assert list(published.user.root.iterdir()) == []
    assert not list((published.user.home or Path()).rglob("*"))


def test_resolve_prints_the_version_its_size_and_its_roles(published: Published) -> None:
    size = resolved(published.user, "my-model:1.0.0")["total_size"]
    assert published.user.ok("resolve", "my-model:1.0.0") == (
        "Bundle: my-model:1.0.0\n"
        f"Manifest: {published.digest}\n"
        f"Size: {size} B\n"
        "\n"
        "Role      Layers\n"
        "default   code, config, data, models\n"
        "runtime   code, config\n"
        "scoring   models\n"
        "training  code, config, data\n"
    )
    verbose = published.user.ok("resolve", published.digest, "--verbose")
    assert f"Bundle: {published.digest[:18]}…\n" in verbose
    assert "Reference type: digest-only\nExternal index: not present\n" in verbose
    assert "Reference type: name:version\n" in published.user.ok("resolve", "my-model:1.0.0", "--verbose")


def test_resolve_writes_nothing_where_it_is_called(published: Published) -> None:
    published.user.ok("resolve", "my-model:1.0.0")
    assert list(published.user.root.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "reference", "said"),
    [
        (1, "my-model:9.9.9", "no bundle 'my-model:9.9.9' at"),
        (1, "your-model:1.0.0", "no bundle 'your-model:1.0.0' at"),
        (1, f"my-model@sha256:{'0' * 64}", "no bundle"),
        (1, f"sha256:{'0' * 64}", "no bundle"),
        (2, "my model", "names no version"),
        (2, "my-model@sha256:abc", "not a digest"),
    ],
)
def test_what_cannot_be_found_is_told(published: Published, code: int, reference: str, said: str) -> None:
    for command in (("resolve", reference), ("materialize", reference, "out")):
        assert said in published.user.refused(code, *command)
    assert not published.outside("out").exists()


def test_without_a_registry_a_name_is_an_error(tmp_path: Path) -> None:
    said = Workspace(tmp_path / "user").refused(2, "resolve", "my-model:1.0.0")
    assert "REGISTRY_REPO" in said


def test_what_is_no_bundle_is_an_unsupported_media_type(tmp_path: Path) -> None:
    publish(tmp_path / "store", manifest_of([descriptor("application/x", b"x")]), (b"{}", b"x"))
    user = Workspace(tmp_path / "user")
    for command in (("resolve", "oci:../store"), ("materialize", "oci:../store", "out")):
        assert "not a bundle" in user.refused(10, *command)


def test_a_project_knows_its_own_versions(published: Published, tmp_path: Path) -> None:
    work = Workspace(tmp_path / "work", tmp_path / "home-of-work")
    Workspace(tmp_path).ok("clone", f"{published.repository}:1.0.0", str(work.root))
    for reference in ("1.0.0", published.digest, f"@{published.digest}", "my-model:1.0.0"):
        assert resolved(work, reference)["manifest_digest"] == published.digest
    before = work.everything()
    work.ok("materialize", "1.0.0", "../out", "--role", "runtime")
    assert work.everything() == before


def test_a_role_of_a_layer_that_is_none_is_a_mismatch(tmp_path: Path) -> None:
    publication = Publication(typed=True, document={"layers": [], "roles": {"default": ["weights"]}})
    publish(tmp_path / "store", publication.manifest, publication.blobs)
    assert "'weights'" in Workspace(tmp_path / "user").refused(11, "resolve", "oci:../store")
