"""resolve tells which version a reference stands for, to people and to scripts, and writes nothing."""

import json
from pathlib import Path

import pytest

from modelops_bundle.bundles.media_types import BUNDLE
from modelops_bundle.digest import digest_of
from modelops_bundle.porcelain.resolve import label_of
from modelops_bundle.resolving.bundle_ref import parse_bundle_ref
from tests.support.role_bundles import Published, publish_model
from tests.support.workspace import Workspace, snapshot

DIGEST = digest_of(b"")


@pytest.fixture
def published(tmp_path: Path) -> Published:
    return publish_model(f"oci:{tmp_path / 'models'}", tmp_path)


def test_people_see_the_version_its_size_and_its_roles(published: Published) -> None:
    bundle, manifest, size, *roles = published.user.ok("resolve", "my-model:1.0.0").splitlines()
    assert (bundle, manifest) == ("Bundle: my-model:1.0.0", f"Manifest: {published.digest}")
    assert size.startswith("Size: ") and size.endswith(" B")
    assert roles == [
        "",
        "Role      Layers",
        "default   code, config, data, models",
        "runtime   code, config",
        "scoring   models",
        "training  code, config, data",
    ]


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("my-model:1.0.0", "name:version"),
        ("my-model@{digest}", "name@digest"),
        ("{digest}", "digest-only"),
        ("oci:../models/my-model:1.0.0", "local path"),
    ],
)
def test_who_wants_more_is_told_what_kind_of_reference_it_is(
    published: Published, reference: str, kind: str
) -> None:
    printed = published.user.ok("resolve", "--verbose", reference.format(digest=published.digest))
    assert f"Reference type: {kind}\nExternal index: not present\nRemote: {published.repository}\n" in printed


def test_scripts_get_all_of_it(published: Published) -> None:
    found = json.loads(published.user.ok("resolve", "--json", "my-model:1.0.0"))
    assert (found["manifest_digest"], found["remote"]) == (published.digest, published.repository)
    assert (found["media_type"], found["files"], found["external_index_present"]) == (BUNDLE, 9, False)
    assert found["ref"]["name"] == "my-model" and found["roles"]["scoring"] == ["models"]
    assert found["layers"] == list(found["layer_indexes"])


def test_nothing_is_written_but_the_cache_and_that_not_always(published: Published) -> None:
    published.user.ok("resolve", "--no-cache", "my-model:1.0.0")
    home = published.user.home
    assert snapshot(published.user.root) == {} and home and not snapshot(home)
    published.user.ok("resolve", "my-model:1.0.0")
    assert snapshot(published.user.root) == {} and snapshot(home)


@pytest.mark.parametrize(("code", "reference"), [(1, "my-model:9"), (2, ""), (2, "a b"), (1, "oci:nowhere:v1")])
def test_what_cannot_be_found_is_an_error(published: Published, code: int, reference: str) -> None:
    published.user.refused(code, "resolve", reference)


def test_in_a_project_a_tag_alone_is_one_of_its_remote(work: Workspace, layout: str) -> None:
    assert json.loads(work.ok("resolve", "--json", "latest"))["remote"] == layout


def test_a_digest_alone_is_cut_for_people() -> None:
    assert label_of(parse_bundle_ref(DIGEST)) == f"{DIGEST[:18]}…"
    for text in (f"my-model@{DIGEST}", f"oci:out@{DIGEST}", "v1"):
        assert label_of(parse_bundle_ref(text)) == text
