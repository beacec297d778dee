"""What a reference stands for: a version, its layers, and the roles that its own configuration gives it."""

from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.bundles.media_types import BUNDLE
from modelops_bundle.bundles.roles import DEFAULT_ROLES, RoleMismatch
from modelops_bundle.bundles.tree import tree_of
from modelops_bundle.errors import Invalid, NotFound, TransferFailed
from modelops_bundle.resolving import resolution
from modelops_bundle.resolving.bundle_lookup import BundleSource, NoSuchBundle
from modelops_bundle.resolving.bundle_ref import parse_bundle_ref
from modelops_bundle.resolving.resolution import ResolvedBundle, resolved
from modelops_bundle.safe_path import CONFIG_PATH
from modelops_bundle.settings import Settings
from modelops_bundle.store.store import Store
from tests.modelops_bundle.pushed import published
from tests.support.stub_registry import stub_registry

FILES: dict[str, str | bytes] = {"data/cases.csv": "1,3\n", "models/seir.pkl": "p", "src/seir.py": "BETA = 1\n"}
ROLES = "roles: {scoring: [models]}\n"


def resolve(tmp_path: Path, text: str = "oci:layout") -> ResolvedBundle:
    here = BundleSource(Settings(), tmp_path)
    with resolved(Store(tmp_path / "cache"), parse_bundle_ref(text), here) as (bundle, remote):
        assert remote.name == bundle.remote == f"oci:{tmp_path}/layout"
    return bundle


def test_the_version_is_described(tmp_path: Path) -> None:
    _, version = published(tmp_path / "work", FILES)
    bundle = resolve(tmp_path, "oci:layout:latest")
    assert (bundle.manifest_digest, bundle.media_type) == (version.digest, BUNDLE)
    assert bundle.total_size == version.tree.size()
    assert bundle.external_index_present is False
    assert resolve(tmp_path, f"oci:layout@{version.digest}").bundle == version


def test_layers_are_known_by_the_digests_of_their_trees(tmp_path: Path) -> None:
    _, version = published(tmp_path / "work", FILES)
    bundle = resolve(tmp_path)
    assert bundle.layers == ["code", "data", "models"]
    assert bundle.layer_indexes["data"] == tree_of([version.tree["data/cases.csv"]]).digest()


def test_files_in_a_blob_store_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    config = f"storage: {{mode: blob, provider: directory, container: '{tmp_path}/blobs'}}\n"
    published(tmp_path / "work", FILES, config)
    assert resolve(tmp_path).external_index_present is True


@pytest.mark.parametrize("config", ["", ROLES])
def test_roles_are_those_of_the_configuration_beside_the_default_ones(tmp_path: Path, config: str) -> None:
    published(tmp_path / "work", FILES, config)
    own = {"scoring": ("models",)} if config else {}
    assert resolve(tmp_path).roles == {**DEFAULT_ROLES, **own}


def test_a_role_selects_the_files_of_its_layers(tmp_path: Path) -> None:
    published(tmp_path / "work", FILES, ROLES)
    bundle = resolve(tmp_path)
    assert bundle.paths_for("scoring") == ["models/seir.pkl"]
    assert set(bundle.paths_for("training")) == {CONFIG_PATH, "data/cases.csv", "src/seir.py"}


def test_the_option_wins_over_the_reference_and_that_over_the_default(tmp_path: Path) -> None:
    published(tmp_path / "work", FILES, ROLES)
    bundle = resolve(tmp_path)
    assert bundle.role() == "default"
    named = replace(bundle, ref=replace(bundle.ref, role="training"))
    assert (named.role(), named.role("scoring")) == ("training", "scoring")
    with pytest.raises(RoleMismatch, match="no role 'other'"):
        bundle.role("other")


def test_a_damaged_configuration_in_the_cache_is_fetched_again(tmp_path: Path) -> None:
    _, version = published(tmp_path / "work", FILES, ROLES)
    resolve(tmp_path)
    kept = Store(tmp_path / "cache").objects.path(version.tree[CONFIG_PATH].digest)
    kept.chmod(0o644)
    kept.write_bytes(bytes(version.tree[CONFIG_PATH].size))
    assert resolve(tmp_path).roles["scoring"] == ("models",)


def test_a_configuration_that_is_too_large_is_not_even_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, version = published(tmp_path / "work", FILES, ROLES)
    monkeypatch.setattr(resolution, "MAX_BYTES", 10)
    with pytest.raises(Invalid, match="larger than 10 bytes"):
        resolve(tmp_path)
    assert version.tree[CONFIG_PATH].digest not in Store(tmp_path / "cache").objects


def test_what_is_nowhere_is_told_with_where_it_was_looked_for(tmp_path: Path) -> None:
    published(tmp_path / "work", FILES)
    with pytest.raises(NoSuchBundle, match=f"at 'oci:{tmp_path}/layout'"):
        resolve(tmp_path, "oci:layout:v9")
    with pytest.raises(Invalid):
        resolve(tmp_path, "seir:v1")


def test_what_the_cache_knows_is_not_said_to_be_where_it_is_not(tmp_path: Path) -> None:
    _, version = published(tmp_path / "work", FILES)
    resolve(tmp_path, f"oci:layout@{version.digest}")
    with pytest.raises(NoSuchBundle, match=f"no bundle .* at 'oci:{tmp_path}/elsewhere'"):
        resolve(tmp_path, f"oci:elsewhere@{version.digest}")
    with stub_registry() as stub:
        host = stub.host
        with pytest.raises(NoSuchBundle):
            resolve(tmp_path, f"{host}/seir@{version.digest}")
    with pytest.raises(TransferFailed, match="refuses connections"):
        resolve(tmp_path, f"{host}/seir@{version.digest}")


def test_a_version_that_lost_a_blob_is_not_said_to_be_missing(tmp_path: Path) -> None:
    _, version = published(tmp_path / "work", FILES)
    (tmp_path / "layout/blobs/sha256" / version.manifest.config.digest[7:]).unlink()
    with pytest.raises(NotFound, match=f"no blob '{version.manifest.config.digest}'"):
        resolve(tmp_path, f"oci:layout@{version.digest}")


@pytest.mark.parametrize("listed", [[], ["lab/seir", "lab/sir"]])
def test_a_digest_alone_is_looked_for_in_what_a_registry_lists(
    tmp_path: Path, listed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with stub_registry() as stub:
        names = [f"{stub.host}/{name}" for name in listed]
        monkeypatch.setattr("modelops_bundle.registry.catalog.repositories_below", lambda base, settings: names)
        here = BundleSource(Settings(registry=stub.host), tmp_path)
        said = rf"at '{names[0]}', '{names[1]}'" if names else f"nothing says in which repository of '{stub.host}'"
        with (
            pytest.raises(NoSuchBundle if names else Invalid, match=said),
            resolved(Store(tmp_path / "cache"), parse_bundle_ref("sha256:" + "0" * 64), here),
        ):
            pass
