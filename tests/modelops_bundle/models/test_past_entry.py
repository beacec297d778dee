"""The entry of a version has the digests of the files of that version."""

from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import Mode, TreeEntry, tree_of
from modelops_bundle.digest import Digest
from modelops_bundle.models.entries import ModelRegistry, digests_of
from modelops_bundle.models.past_entry import digest_in, entry_in, path_in, with_meaning
from modelops_bundle.objects import ObjectStore
from tests.modelops_bundle.models.registered import digest, model, target
from tests.support.bundles import titled_bundle


def bundle(*paths: str, **links: str) -> Bundle:
    """Return a version whose files hold `then` and their names, with the symlinks `links`."""
    files = [TreeEntry(path, Mode.FILE, 9, Digest(digest(f"then {path}"))) for path in paths]
    files += [TreeEntry(name, Mode.LINK, len(to), Digest(digest(to))) for name, to in links.items()]
    return titled_bundle(tree_of(files), links, LayerRules({}), {})


def test_an_entry_of_the_registry_of_that_version() -> None:
    then = model(code=["models/a.py"], data=["data/a.csv"])
    now = model(code=["models/b.py"], data=["data/b.csv"])
    found = entry_in(
        bundle(then.path, "models/a.py", "data/a.csv"), ModelRegistry(models={then.id: then}, targets={}), now
    )
    paths = [then.path, "models/a.py", "data/a.csv"]
    assert digests_of(found) == {path: digest(f"then {path}") for path in paths}
    assert (found.digest, found.semantic_digests) == ("", {})


def test_an_entry_that_was_not_registered_then_has_the_files_that_were_there() -> None:
    now = model(code=["models/a.py", "models/b.py"], data=["data/a.csv"])
    found = entry_in(bundle(now.path, "models/a.py"), ModelRegistry(), now)
    assert digests_of(found) == {path: digest(f"then {path}") for path in (now.path, "models/a.py")}


def test_a_target_and_a_model_of_one_id_are_told_apart() -> None:
    registry = ModelRegistry(models={"fit": model("fit")}, targets={"fit": replace(target(), weight=4.0)})
    found = entry_in(bundle("targets/fit.py"), registry, target())
    assert found == replace(
        target(),
        weight=4.0,
        target_digest=digest("then targets/fit.py"),
        data=(),
        data_digests={},
        digest="",
        semantic_digests={},
    )


def test_a_file_that_the_version_lacks_has_no_digest() -> None:
    assert digests_of(entry_in(bundle("other.py"), ModelRegistry(), target()))["targets/fit.py"] == ""


@pytest.mark.parametrize(
    ("path", "leads_to", "held"),
    [
        ("a.csv", "a.csv", "then a.csv"),
        ("link", "a.csv", "then a.csv"),
        ("again", "a.csv", "then a.csv"),
        ("folder", "folder", "data"),
        ("circle", "circle", "circle"),
    ],
)
def test_symlinks_are_followed_to_files(path: str, leads_to: str, held: str) -> None:
    links = {"link": "a.csv", "again": "link", "folder": "data", "circle": "circle"}
    version = bundle("a.csv", "data/b.csv", **links)
    assert (path_in(version, path), digest_in(version, path)) == (leads_to, digest(held))


def test_semantic_digests_are_of_content_that_is_here(tmp_path: Path) -> None:
    objects = ObjectStore(tmp_path / "objects", tmp_path)
    one, other = objects.put(b"x = 1  # note\n"), objects.put(b"x=1\n")
    entry = replace(
        model(code=["a.py", "b.py", "c.py"], data=["d.csv"]),
        code_digests={"a.py": one, "b.py": other, "c.py": digest("not here")},
        data_digests={"d.csv": one},
    )
    found = with_meaning(entry, ["a.py", "b.py", "c.py", "d.csv"], objects).semantic_digests
    assert set(found) == {"a.py", "b.py"}
    assert found["a.py"] == found["b.py"]
