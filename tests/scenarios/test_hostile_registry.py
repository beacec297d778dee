"""A remote that lies: its bundles are refused before anything of the working tree, the index or a ref changes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.forged_layout import TITLE, ForgedBundle
from tests.support.workspace import Workspace

UNSAFE_PATHS = [
    "../evil",
    "data/../../evil",
    "/tmp/evil",
    "//evil",
    "./evil",
    "data//evil",
    "evil/",
    "",
    ".",
    "..",
    "..\\evil",
    "C:/evil",
    "C:\\evil",
    ".git/hooks/post-checkout",
    ".GIT/config",
    "data/.git/config",
    ".git",
    "git~1/config",
    ".g\u200cit/config",
    ".git /config",
    ".modelops-bundle/local.yaml",
    ".modelops-bundle/HEAD",
    ".modelops-bundle/index",
    ".modelops-bundle/refs/tags/v1",
    ".modelops-bundle/objects/00/11",
    ".modelops-bundle",
    ".Modelops-Bundle/local.yaml",
    "data/.modelops-bundle/local.yaml",
    ".modelops-bundle/config.yaml/evil",
    "evil\0",
    "evil\nerror: gotcha",
    "\x1b[2Jevil",
    "e\u0301vil",
    "\ud800",
    "x" * 256,
    "x/" * 200 + "x",
]

OUTWARD_LINKS = [
    ("evil", "/etc/passwd"),
    ("evil", "../outside"),
    ("data/evil", "../../outside"),
    ("evil", "data/../../outside"),
    ("evil", "data/.."),
    ("evil", ".git/config"),
    ("evil", ".modelops-bundle/local.yaml"),
    ("evil", ""),
    ("evil", "x\0y"),
    (".git", "data"),
]


def refuses(code: int, alice: Workspace, tmp_path: Path) -> str:
    """Clone, fetch and pull what tag `latest` names, which must leave all as it is; return what was said."""
    before = alice.everything()
    said = alice.refused(code, "pull")
    alice.refused(code, "pull", "--overwrite")
    alice.refused(code, "fetch")
    assert alice.everything() == before
    beside = sorted(path.name for path in tmp_path.iterdir())
    Workspace(tmp_path).refused(code, "clone", f"oci:{tmp_path / 'remote'}", "copy")
    assert sorted(path.name for path in tmp_path.iterdir()) == beside
    assert "\x1b" not in said
    return said


@pytest.fixture
def forged(alice: Workspace, tmp_path: Path) -> ForgedBundle:
    return ForgedBundle.read(tmp_path / "remote")


@pytest.mark.parametrize("path", UNSAFE_PATHS, ids=lambda path: ascii(path)[:40])
def test_an_unsafe_path_is_refused(alice: Workspace, forged: ForgedBundle, tmp_path: Path, path: str) -> None:
    forged.add(path)
    forged.count()
    forged.link_index()
    forged.publish()
    refuses(5, alice, tmp_path)


@pytest.mark.parametrize(("path", "target"), OUTWARD_LINKS)
def test_a_link_that_leads_out_is_refused(
    alice: Workspace, forged: ForgedBundle, tmp_path: Path, path: str, target: str
) -> None:
    forged.add_link(path, target)
    forged.count()
    forged.link_index()
    forged.publish()
    refuses(5, alice, tmp_path)


@pytest.mark.parametrize(
    ("link", "path"),
    [("way", "way/evil"), ("Way", "way/evil"), ("data/way", "data/way/x/evil"), ("wäy", "WÄY/evil")],
)
def test_a_file_beyond_a_link_is_refused(
    alice: Workspace, forged: ForgedBundle, tmp_path: Path, link: str, path: str
) -> None:
    forged.add_link(link, "models")
    forged.add(path)
    forged.count()
    forged.link_index()
    forged.publish()
    refuses(5, alice, tmp_path)


@pytest.mark.parametrize("path", ["readme.md", "Data/evil", "DATA", "data", "README.md/evil"])
def test_two_names_that_some_system_takes_for_one_are_refused(
    alice: Workspace, forged: ForgedBundle, tmp_path: Path, path: str
) -> None:
    forged.add(path)
    forged.count()
    forged.link_index()
    forged.publish()
    refuses(5, alice, tmp_path)


def test_letters_beyond_ascii_are_folded_too(alice: Workspace, forged: ForgedBundle, tmp_path: Path) -> None:
    forged.add("straße")
    forged.add("STRASSE", b"other\n")
    forged.count()
    forged.link_index()
    forged.publish()
    refuses(5, alice, tmp_path)


def no_tree(forged: ForgedBundle) -> None:
    forged.config["tree"] = "sha256:" + "0" * 64


def other_tree_in_annotation(forged: ForgedBundle) -> None:
    forged.manifest["annotations"]["io.modelops.bundle.tree"] = "sha256:" + "0" * 64


def other_count(forged: ForgedBundle) -> None:
    forged.config["files"] += 1


def other_size(forged: ForgedBundle) -> None:
    forged.config["size"] -= 1


def other_index(forged: ForgedBundle) -> None:
    forged.config["index"] = forged.layers[0]["digest"]


def hidden_mode(forged: ForgedBundle) -> None:
    forged.file("models/seir.py")["mode"] = "100755"
    forged.link_index()


def file_twice(forged: ForgedBundle) -> None:
    forged.files.append(forged.files[-1])
    forged.count()
    forged.link_index()


def no_layer(forged: ForgedBundle) -> None:
    forged.manifest["layers"].remove(forged.layer("data/cases.csv"))


def other_title(forged: ForgedBundle) -> None:
    forged.layer("data/cases.csv")["annotations"][TITLE] = "data/other.csv"


def swapped_titles(forged: ForgedBundle) -> None:
    one, two = forged.layer("data/cases.csv"), forged.layer("data/deaths.csv")
    one["annotations"], two["annotations"] = two["annotations"], one["annotations"]


def unsafe_title(forged: ForgedBundle) -> None:
    layer = forged.layer("data/cases.csv")
    forged.manifest["layers"].append(layer | {"annotations": {TITLE: "../../etc/passwd"}})


def title_twice(forged: ForgedBundle) -> None:
    forged.manifest["layers"].append(forged.layer("data/deaths.csv") | {"annotations": {TITLE: "data/cases.csv"}})


def size_in_layer(forged: ForgedBundle) -> None:
    forged.layer("data/cases.csv")["size"] += 1


def in_file(**values: Any) -> Callable[[ForgedBundle], None]:
    """Let a file's entry say something else."""

    def lie(forged: ForgedBundle) -> None:
        forged.file("data/cases.csv").update(values)
        forged.count()
        forged.link_index()

    return lie


def in_config(**values: Any) -> Callable[[ForgedBundle], None]:
    """Let the config say something else."""
    return lambda forged: forged.config.update(values)


def in_manifest(**values: Any) -> Callable[[ForgedBundle], None]:
    """Let the manifest say something else."""
    return lambda forged: forged.manifest.update(values)


def files_by_path(forged: ForgedBundle) -> None:
    forged.index["files"] = {file["path"]: file for file in forged.files}
    forged.link_index()


def file_without_keys(forged: ForgedBundle) -> None:
    forged.files.append({})
    forged.link_index()


def newer_index(forged: ForgedBundle) -> None:
    forged.index["version"] = 2
    forged.link_index()


CONTRADICTIONS: dict[str, Callable[[ForgedBundle], None]] = {
    "another tree in the config": no_tree,
    "another tree in the annotation": other_tree_in_annotation,
    "another number of files": other_count,
    "another size": other_size,
    "another index in the config": other_index,
    "a mode that the tree digest does not know": hidden_mode,
    "a file twice": file_twice,
    "a file without its layer": no_layer,
    "a layer of another title": other_title,
    "titles exchanged": swapped_titles,
    "a layer whose title leads out": unsafe_title,
    "a title twice": title_twice,
    "another size in the manifest": size_in_layer,
    "a negative size": in_file(size=-1),
    "a size that is no number": in_file(size="13"),
    "a size that is a truth": in_file(size=True),
    "a mode that is none": in_file(mode="100777"),
    "a mode that is a list": in_file(mode=[]),
    "a symlink without target": in_file(mode="120000"),
    "a link in a file": in_file(place={"link": "README.md"}),
    "an empty file with content": in_file(place="empty"),
    "no place": in_file(place=None),
    "a path that is no text": in_file(path=7),
    "a layer that is none": in_file(layer="secrets"),
    "a digest that is none": in_file(sha256="../../evil"),
    "no list of files": files_by_path,
    "a file that is no object": file_without_keys,
    "features that are objects": in_config(required=[{}]),
    "features that are text": in_config(required="none"),
    "a tree that is no digest": in_config(tree="sha256:../../x"),
    "models that are a list": in_config(models=["seir"]),
    "layers that are an object": in_manifest(layers={}),
    "a layer that is no object": in_manifest(layers=[None]),
    "annotations that are a list": in_manifest(annotations=["x"]),
    "no layers": in_manifest(layers=[]),
}


@pytest.mark.parametrize("lie", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_documents_that_contradict_each_other_are_refused(
    alice: Workspace, forged: ForgedBundle, tmp_path: Path, lie: Callable[[ForgedBundle], None]
) -> None:
    try:
        lie(forged)
    except TypeError:  # what cannot be sorted or summed up was said nonetheless
        forged.link_index()
    forged.publish()
    refuses(5, alice, tmp_path)


@pytest.mark.parametrize("change", [-1, 1, 1 << 50])
@pytest.mark.parametrize("known", [True, False])
def test_a_size_on_which_all_documents_agree_and_the_content_does_not_is_refused(
    alice: Workspace, forged: ForgedBundle, tmp_path: Path, change: int, known: bool
) -> None:
    if not known:
        forged.add("data/new.csv")
    path = "data/cases.csv" if known else "data/new.csv"
    forged.layer(path)["size"] += change
    forged.file(path)["size"] += change
    forged.count()
    forged.link_index()
    forged.publish()
    before = alice.tree()
    alice.refused(5, "pull")
    alice.refused(5, "pull", "--overwrite")
    assert alice.tree() == before
    alice.refused(5, "clone", f"oci:{tmp_path / 'remote'}", "../copy")
    assert not (tmp_path / "copy").exists()


def test_a_blob_that_is_not_there_is_named(alice: Workspace, forged: ForgedBundle, tmp_path: Path) -> None:
    absent = "0" * 64
    in_file(sha256=absent)(forged)
    forged.layer("data/cases.csv")["digest"] = f"sha256:{absent}"
    forged.publish()
    before = alice.tree()
    assert absent in alice.refused(1, "pull")
    assert alice.tree() == before
    assert absent in alice.refused(1, "clone", f"oci:{tmp_path / 'remote'}", "../copy")
    assert not (tmp_path / "copy").exists()


NOT_FOR_US: dict[str, Callable[[ForgedBundle], None]] = {
    "a feature of the future": in_config(required=["time-travel"]),
    "a config of the future": in_config(version=2),
    "an index of the future": newer_index,
    "a manifest that is an index too": in_manifest(manifests=[]),
    "another artifact": in_manifest(artifactType="application/vnd.example.song"),
    "an artifact of a nasty name": in_manifest(artifactType="\x1b[2J\x1b]0;gotcha\x07"),
}


@pytest.mark.parametrize("change", NOT_FOR_US.values(), ids=NOT_FOR_US.keys())
def test_what_we_cannot_read_is_refused_as_such(
    alice: Workspace, forged: ForgedBundle, tmp_path: Path, change: Callable[[ForgedBundle], None]
) -> None:
    change(forged)
    forged.publish()
    refuses(10, alice, tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"schemaVersion": 2, "schemaVersion": 2}',
        b'{"schemaVersion": NaN}',
        b'{"size": 99999999999999999999}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xef\xbb\xbf{}",
    ],
    ids=lambda data: repr(data[:20]),
)
def test_bytes_that_are_no_manifest_are_refused(
    alice: Workspace, forged: ForgedBundle, tmp_path: Path, data: bytes
) -> None:
    forged.publish_manifest(data)
    refuses(5, alice, tmp_path)


def test_a_manifest_that_is_too_large_is_refused(alice: Workspace, forged: ForgedBundle, tmp_path: Path) -> None:
    forged.manifest["annotations"]["filler"] = "x" * (5 << 20)
    forged.publish()
    refuses(5, alice, tmp_path)


def test_a_push_reads_no_file_outside_for_a_bundle_that_names_one(
    alice: Workspace, forged: ForgedBundle, tmp_path: Path
) -> None:
    """A layer's title is the file to send: one that leads out would publish a secret whose digest is known."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret\n")
    forged.add("../secret", secret.read_bytes())
    forged.files.pop()
    sent = forged.layout / "blobs" / "sha256" / forged.layers[-1]["digest"].removeprefix("sha256:")
    sent.unlink()
    alice.refused(5, "push", "--ref", forged.publish(), "--tag", "copy")
    assert not sent.exists()
