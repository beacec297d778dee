"""The provenance file says which version lies here: the same request writes the same bytes."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.media_types import BUNDLE
from modelops_bundle.bundles.roles import with_defaults
from modelops_bundle.bundles.tree import Mode, Tree
from modelops_bundle.materializing.provenance_file import PROVENANCE, materialized_digest, provenance
from modelops_bundle.resolving.bundle_ref import BundleRef, parse_bundle_ref
from modelops_bundle.resolving.resolution import ResolvedBundle
from tests.properties.strategies import entry, trees
from tests.support.bundles import titled_bundle


def bundle_of(tree: Tree) -> Bundle:
    links = {path: "target" for path, file in tree.items() if file.mode is Mode.LINK}
    return titled_bundle(tree, links, LayerRules({}), {})


def resolved(tree: Tree, ref: BundleRef | None = None) -> ResolvedBundle:
    return ResolvedBundle(ref or parse_bundle_ref("seir:v1"), "lab/seir", bundle_of(tree), with_defaults({}))


def write(root: Path, data: bytes) -> None:
    (root / PROVENANCE).parent.mkdir(parents=True, exist_ok=True)
    (root / PROVENANCE).write_bytes(data)


@given(tree=trees(), role=st.sampled_from(["default", "runtime"]))
def test_the_version_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, tree: Tree, role: str
) -> None:
    root = tmp_path_factory.mktemp("provenance")
    bundle = resolved(tree)
    write(root, provenance(bundle, role))
    assert materialized_digest(root) == bundle.manifest_digest
    assert provenance(resolved(tree), role) == provenance(bundle, role)


def test_it_says_what_led_to_the_version() -> None:
    bundle = resolved(Tree({"data/a": entry("data/a", 1)}))
    value = json.loads(provenance(bundle, "training"))
    assert (value["role"], value["media_type"]) == ("training", BUNDLE)
    assert value["roles"]["training"] == ["code", "config", "data"]
    assert value["layer_indexes"] == {"data": bundle.bundle.tree.digest()}
    assert value["ref"] == {"name": "seir", "version": "v1", "digest": None, "local_path": None, "role": None}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"manifest_digest": 1}',
        b'{"manifest_digest": "sha256:12"}',
        b'{"manifest_digest": "sha256:%s"%s}' % (b"0" * 64, b" " * (8 << 20)),
    ],
    ids=range(9),
)
def test_what_says_nothing_credible_is_no_version(tmp_path: Path, data: bytes) -> None:
    assert materialized_digest(tmp_path) is None
    write(tmp_path, data)
    assert materialized_digest(tmp_path) is None


def test_no_link_or_pipe_is_read(tmp_path: Path) -> None:
    write(tmp_path, b'{"manifest_digest": "sha256:%s"}' % (b"0" * 64))
    assert materialized_digest(tmp_path)
    place = tmp_path / PROVENANCE
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    assert materialized_digest(tmp_path) is None
    place.unlink()
    os.mkfifo(place)
    assert materialized_digest(tmp_path) is None
