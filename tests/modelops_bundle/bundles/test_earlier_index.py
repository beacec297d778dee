"""The index of an earlier bundle is read as it was meant, and nothing that it says is believed."""

import json
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.bundles.earlier_index import earlier_files
from modelops_bundle.bundles.places import NOWHERE, TITLED, External, Place
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import UnsupportedMediaType
from modelops_bundle.files.canonical_json import MAX_INTEGER, MalformedDocument
from modelops_bundle.safe_path import UnsafePath
from tests.support.foreign_layout import TAR, EarlierBundle, sha256

GOLDEN = Path(__file__).parents[1] / "golden"
CONTENTS = {"data/cases.csv": b"day,cases\n1,3\n", "data/nothing.csv": b"", "src/model.py": b"BETA = 0.3\n"}


def read(earlier: EarlierBundle) -> dict[str, tuple[TreeEntry, Place]]:
    titled = {path: Descriptor(TAR, digest_of(data), len(data)) for path, data in earlier.contents.items()}
    found = earlier_files(json.dumps(earlier.index).encode(), titled, "lab/seir:v1")
    return {entry.path: (entry, place) for entry, place in found}


@pytest.fixture
def earlier() -> EarlierBundle:
    return EarlierBundle.read(GOLDEN / "earlier.index.json", dict(CONTENTS))


def test_each_file_has_its_digest_and_its_place(earlier: EarlierBundle) -> None:
    assert read(earlier) == {
        path: (TreeEntry(path, Mode.FILE, len(data), digest_of(data)), TITLED if data else NOWHERE)
        for path, data in CONTENTS.items()
    }


def test_an_empty_file_needs_no_layer(earlier: EarlierBundle) -> None:
    del earlier.contents["data/nothing.csv"]
    assert read(earlier)["data/nothing.csv"][1] == NOWHERE


def test_a_file_in_a_blob_store_is_external(earlier: EarlierBundle) -> None:
    uri = "azure://container/ab/cd/abcd"
    del earlier.contents["src/model.py"]
    earlier.index["files"]["src/model.py"] |= {"storage": "blob", "blobRef": {"uri": uri, "etag": None}}
    assert read(earlier)["src/model.py"][1] == External(uri)


@pytest.mark.parametrize(
    "change",
    [
        {"digest": sha256(b"other")},
        {"digest": "md5:00"},
        {"digest": None},
        *({"size": size} for size in (12, -1, 0, True, 1.5, MAX_INTEGER + 1)),
        {"path": "src/other.py"},
        {"storage": "blob"},
        {"storage": "blob", "blobRef": {"uri": None}},
        {"storage": None},
    ],
)
def test_an_entry_that_contradicts_its_layer_or_itself_is_refused(
    earlier: EarlierBundle, change: dict[str, Any]
) -> None:
    earlier.index["files"]["src/model.py"] |= change
    with pytest.raises(MalformedDocument, match="lab/seir:v1"):
        read(earlier)


def test_an_entry_need_not_repeat_its_path(earlier: EarlierBundle) -> None:
    del earlier.index["files"]["src/model.py"]["path"]
    assert "src/model.py" in read(earlier)


def test_a_file_without_its_layer_is_refused(earlier: EarlierBundle) -> None:
    del earlier.contents["src/model.py"]
    with pytest.raises(MalformedDocument, match=r"src/model\.py"):
        read(earlier)


def test_a_layer_that_the_index_lacks_is_refused(earlier: EarlierBundle) -> None:
    earlier.contents["extra.csv\x1b[31m"] = b"x"
    with pytest.raises(MalformedDocument, match=r"extra\.csv") as refused:
        read(earlier)
    assert refused.value.message.isprintable()


@pytest.mark.parametrize("entry", [None, [], "x", {}])
def test_an_entry_that_is_no_object_is_refused(earlier: EarlierBundle, entry: object) -> None:
    earlier.index["files"]["src/model.py"] = entry
    with pytest.raises(MalformedDocument):
        read(earlier)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", ".git/config", ".modelops-bundle/index", ""])
def test_a_path_that_leads_elsewhere_is_refused(earlier: EarlierBundle, path: str) -> None:
    earlier.write(path, b"x")
    with pytest.raises(UnsafePath):
        read(earlier)


@pytest.mark.parametrize("files", [None, [], "x"])
def test_an_index_without_files_is_refused(earlier: EarlierBundle, files: object) -> None:
    earlier.index["files"] = files
    with pytest.raises(MalformedDocument, match="no files"):
        read(earlier)


@pytest.mark.parametrize("version", ["2.0", None, 1, "\x1b[31m"])
def test_another_version_of_the_index_is_refused(earlier: EarlierBundle, version: object) -> None:
    earlier.index["version"] = version
    with pytest.raises(UnsupportedMediaType) as refused:
        read(earlier)
    assert refused.value.message.isprintable()
