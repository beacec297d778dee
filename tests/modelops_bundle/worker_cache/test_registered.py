from collections.abc import Mapping
from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import Mode, TreeEntry, tree_of
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.models.entries import ModelEntry, ModelRegistry, TargetEntry
from modelops_bundle.models.registry_yaml.file import format_registry
from modelops_bundle.worker_cache.registered import RegistryMismatch, check_registered
from tests.support.bundles import titled_bundle

MODEL, DATA = b"class Seir: pass\n", b"day,cases\n"


def bundle_of(files: Mapping[str, bytes], links: Mapping[str, str]) -> Bundle:
    entries = [TreeEntry(path, Mode.FILE, len(data), digest_of(data)) for path, data in files.items()]
    entries += [
        TreeEntry(path, Mode.LINK, len(target), digest_of(target.encode())) for path, target in links.items()
    ]
    return titled_bundle(tree_of(entries), links, LayerRules({}), {})


def registry_with(directory: Path, data: str, digest: Digest | None) -> Path:
    """Write a registry with one model, which depends on one data file."""
    entry = ModelEntry(
        *("seir_seir", "models/seir.py", "Seir", "models.seir:Seir", digest_of(MODEL)),
        data=(data,),
        data_digests={data: digest} if digest else {},
    )
    file = directory / "registry.yaml"
    file.write_bytes(format_registry(ModelRegistry({"seir_seir": entry})))
    return file


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("data/cases.csv", {}),
        ("latest.csv", {"latest.csv": "data/cases.csv"}),
        ("models/shared/cases.csv", {"models/shared": "../data"}),
        ("models/again/cases.csv", {"models/again": "shared", "models/shared": "../data"}),
    ],
)
def test_a_dependency_is_found_directly_and_through_links(
    tmp_path: Path, path: str, links: dict[str, str]
) -> None:
    bundle = bundle_of({"models/seir.py": MODEL, "data/cases.csv": DATA}, links)
    check_registered(bundle, registry_with(tmp_path, path, digest_of(DATA)))
    with pytest.raises(RegistryMismatch, match=f"'{path}', which 'seir_seir' needs, is not"):
        check_registered(bundle, registry_with(tmp_path, path, digest_of(b"other")))


def test_what_the_earlier_tool_has_no_digest_of_is_not_compared(tmp_path: Path) -> None:
    bundle = bundle_of({"models/seir.py": MODEL, "data/cases.csv": DATA}, {})
    check_registered(bundle, registry_with(tmp_path, "data/cases.csv", None))


@pytest.mark.parametrize("links", [{}, {"data/gone.csv": "there.csv"}, {"data/gone.csv": "gone.csv"}])
def test_a_dependency_that_is_not_in_the_bundle_is_named(tmp_path: Path, links: dict[str, str]) -> None:
    bundle = bundle_of({"models/seir.py": MODEL}, links)
    with pytest.raises(RegistryMismatch, match=r"'data/gone.csv', which 'seir_seir' needs, is missing"):
        check_registered(bundle, registry_with(tmp_path, "data/gone.csv", digest_of(DATA)))


def test_targets_are_checked_and_every_mismatch_is_told(tmp_path: Path) -> None:
    target = TargetEntry("fit", "targets/fit.py", "fit", "targets.fit:fit", "incidence", digest_of(b"old"))
    model = ModelEntry("seir_seir", "models/seir.py", "Seir", "models.seir:Seir", digest_of(b"old"))
    file = tmp_path / "registry.yaml"
    file.write_bytes(format_registry(ModelRegistry({"seir_seir": model}, {"fit": target})))
    with pytest.raises(RegistryMismatch, match=r"models/seir.py") as caught:
        check_registered(bundle_of({"models/seir.py": MODEL, "targets/fit.py": b"new"}, {}), file)
    assert "'targets/fit.py', which 'fit' needs" in caught.value.details[0]
