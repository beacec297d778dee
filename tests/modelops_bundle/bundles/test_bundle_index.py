"""The index document of a bundle: what strangers may say in it, and what they may not."""

from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.bundles.bundle_index import (
    MAX_INDEX_BYTES,
    BundleFile,
    BundleIndex,
    bundle_index_of,
    parse_bundle_index,
)
from modelops_bundle.bundles.places import NOWHERE, TITLED, External, LinkTarget, Place, Terms, label_of
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import digest_of, hex_of
from modelops_bundle.errors import ExitCode, UnsupportedMediaType
from modelops_bundle.files.canonical_json import MalformedDocument, encode
from modelops_bundle.safe_path import UnsafePath
from tests.modelops_bundle.samples import digest_number
from tests.support.bundles import labels_of

GOLDEN = Path(__file__).parents[1] / "golden" / "external.index.json"

GOOD: dict[str, Any] = {
    "layer": "data",
    "mode": "100644",
    "path": "a.csv",
    "place": "layer",
    "sha256": "0" * 64,
    "size": 3,
}


def link(path: str, target: str) -> dict[str, Any]:
    """Return the JSON of a symlink."""
    raw = target.encode()
    sha256 = hex_of(digest_of(raw))
    return {
        **GOOD,
        "path": path,
        "mode": "120000",
        "place": {"link": target},
        "sha256": sha256,
        "size": len(raw),
    }


LABEL = label_of(digest_number(1))
LABELS = {LABEL: digest_number(1)}


def parse(*files: object, version: object = 1) -> BundleIndex:
    """Parse an index of these files."""
    return parse_bundle_index(encode({"files": list(files), "version": version}), "x", LABELS)


def test_every_place_is_written_and_read_back() -> None:
    files = [
        BundleFile(TreeEntry("a", Mode.FILE, 3, digest_number(1)), "data", TITLED),
        BundleFile(TreeEntry("b", Mode.EXECUTABLE, 0, digest_of(b"")), "code", NOWHERE),
        BundleFile(TreeEntry("c", Mode.LINK, 1, digest_of(b"a")), "config", LinkTarget("a")),
        BundleFile(TreeEntry("d", Mode.FILE, 9, digest_number(2)), "models", External("azure://c/d", "cool")),
        BundleFile(
            TreeEntry("e", Mode.FILE, 8, digest_number(3)), "data", Terms(((digest_number(4), 0, 2),), 512)
        ),
    ]
    index = bundle_index_of(reversed(files))
    assert list(index.files.values()) == files
    assert parse_bundle_index(index.to_bytes(), "x", labels_of(index)) == index


@pytest.mark.parametrize(
    "place",
    [
        Terms(((digest_number(1), 65_535, 65_536), (digest_number(2), 0, 65_536)), 1 << 20),
        External(f"az://container/prefix/00/00/{'0' * 64}", "archive"),
    ],
)
def test_a_million_files_fit(place: Place) -> None:
    count, directory = 1000, "/".join(["d" * 29] * 3)
    files = (
        TreeEntry(f"{directory}/{number:010}", Mode.EXECUTABLE, 1 << 30, digest_number(number))
        for number in range(count)
    )
    index = bundle_index_of(BundleFile(entry, "config", place) for entry in files)
    assert all(len(path) == 100 for path in index.files)
    assert len(index.to_bytes()) / count * 1_000_000 < MAX_INDEX_BYTES < 1 << 29


def test_a_tier_is_told_beside_the_tree() -> None:
    def index_of(*tiers: str | None) -> BundleIndex:
        names = ("data/cold.csv", "data/warm.csv")
        return bundle_index_of(
            BundleFile(TreeEntry(name, Mode.FILE, 9, digest_number(2)), "data", External(f"az://c/{name}", tier))
            for name, tier in zip(names, tiers, strict=True)
        )

    index = index_of("archive", None)
    assert index.to_bytes() == GOLDEN.read_bytes()
    assert parse_bundle_index(GOLDEN.read_bytes(), "x") == index
    assert index.tree().digest() == index_of(None, "hot").tree().digest()


def test_files_are_sorted_however_they_are_listed() -> None:
    index = parse({**GOOD, "path": "b"}, {**GOOD, "path": "a/c"}, {**GOOD, "path": "a.b"})
    assert list(index.files) == ["a.b", "a/c", "b"]
    assert list(index.tree()) == ["a.b", "a/c", "b"]


@pytest.mark.parametrize(
    "change",
    [
        {"path": "../a"},
        {"path": "/etc/passwd"},
        {"path": "a/../../b"},
        {"path": "a//b"},
        {"path": ""},
        {"path": "a\\b"},
        {"path": "C:/a"},
        {"path": "a\0b"},
        {"path": "a\x1b[31m"},
        {"path": ".git/hooks/post-checkout"},
        {"path": "sub/.GIT/config"},
        {"path": "git~1/config"},
        {"path": ".g\u200cit/config"},
        {"path": ".modelops-bundle/index"},
        {"path": ".Modelops-Bundle/config.yaml"},
        {"path": ".modelops-bundle"},
        {"path": "a\u0308"},
        {"path": "a/" * 200 + "b"},
        {"path": "x" * 256},
        {"path": None},
        {"path": 1},
        {"path": ["a"]},
        {"mode": "100600"},
        {"mode": "040000"},
        {"mode": 100644},
        {"mode": {}},
        {"size": -1},
        {"size": True},
        {"size": "3"},
        {"size": 3.0},
        {"size": None},
        {"size": 0},
        {"sha256": "0" * 63},
        {"sha256": "A" * 64},
        {"sha256": "0" * 64 + "\n"},
        {"sha256": None},
        {"sha256": 0},
        {"layer": "secret"},
        {"layer": None},
        {"layer": ["data"]},
        {"place": "empty"},
        {"place": "nowhere"},
        {"place": None},
        {"place": []},
        {"place": {}},
        {"place": {"uri": 1}},
        {"place": {"link": "b"}},
        {"place": {"terms": "abc"}},
        {"place": {"terms": [1]}},
        {"place": {"terms": ["abc"]}},
        {"place": {"terms": []}},
        {"place": {"terms": [[LABEL, 0]]}},
        {"place": {"terms": [[LABEL, 0, -1]]}},
        {"place": {"terms": [[LABEL, 0, 0]]}},
        {"place": {"terms": [[LABEL, True, 1]]}},
        {"place": {"terms": [[LABEL, 0.0, 1]]}},
        {"place": {"terms": [[LABEL, 0, 1]], "skip": -1}},
        {"place": {"terms": [["f" * 16, 0, 1]]}},
        {"place": {"terms": [[1, 0, 1]]}},
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedDocument) as caught:
        parse({**GOOD, **change})
    assert caught.value.exit_code is ExitCode.INTEGRITY
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("key", sorted(GOOD))
def test_a_file_must_have_every_part(key: str) -> None:
    with pytest.raises(MalformedDocument):
        parse({name: value for name, value in GOOD.items() if name != key})


@pytest.mark.parametrize("file", [None, 1, "a.csv", [], ["path"]])
def test_a_file_is_an_object(file: object) -> None:
    with pytest.raises(MalformedDocument):
        parse(file)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a", "A"), ("dir/a", "DIR/b"), ("ss", "ß"), ("a", "a/b"), ("é/x", "É"), ("a", "a"), ("k", "K")],
)
def test_two_paths_that_cannot_stand_side_by_side_are_refused(one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        with pytest.raises(MalformedDocument):
            parse({**GOOD, "path": first}, {**GOOD, "path": second})


@pytest.mark.parametrize(
    "file",
    [
        link("l", "../x"),
        link("d/l", "../../x"),
        link("l", "/etc"),
        link("l", "a/../../x"),
        link("l", ".git/config"),
        link("l", ".modelops-bundle/objects"),
        link("l", "a\0b"),
        link("l", "./" * 3000 + "a"),
        {**link("l", "a"), "size": 2},
        {**link("l", "a"), "sha256": "0" * 64},
        {**link("l", "a"), "mode": "100644"},
        {**link("l", "a"), "place": "layer"},
        {**link("l", "a"), "place": {"uri": "x"}},
        {**link("l", ""), "place": "empty"},
        {**link("l", "a"), "place": {"link": ["a"]}},
    ],
)
def test_a_symlink_stays_inside_and_is_what_its_digest_says(file: dict[str, object]) -> None:
    with pytest.raises(MalformedDocument):
        parse(file)


def test_a_symlink_inside_is_read() -> None:
    index = parse(link("d/l", "../a"), link("here", "."))
    assert index.files["d/l"].place == LinkTarget("../a")


@pytest.mark.parametrize("version", [True, 1.0, "1", None])
def test_a_version_is_a_number(version: object) -> None:
    with pytest.raises(MalformedDocument):
        parse(GOOD, version=version)


def test_a_newer_version_is_refused_as_such() -> None:
    with pytest.raises(UnsupportedMediaType, match="version 2"):
        parse(GOOD, version=2)


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"files":{},"version":1}', b'{"files":null}', b"[" * 100_000])
def test_what_is_no_list_of_files_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedDocument):
        parse_bundle_index(data, "x")


def test_our_own_files_are_checked_for_collisions_too() -> None:
    files = [BundleFile(TreeEntry(p, Mode.FILE, 3, digest_number(1)), "data", TITLED) for p in ("a", "A")]
    with pytest.raises(UnsafePath):
        bundle_index_of(files)
