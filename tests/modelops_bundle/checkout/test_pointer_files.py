"""Pointers are read back as they were written, and nothing that they say is believed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.bundles.bundle_index import LAYERS, BundleFile
from modelops_bundle.bundles.places import External
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.checkout.pointer_files import (
    MalformedPointer,
    Pointer,
    parse_pointer,
    pointer_path,
    pointer_to,
    read_pointers,
)
from modelops_bundle.digest import digest_of
from modelops_bundle.errors import Invalid

URI = "az://models/ab/cd/abcd"
POINTER = Pointer("data/train.csv", URI, digest_of(b"x"), 1, "data")


@given(
    st.builds(
        Pointer,
        path=st.sampled_from(["data/train.csv", "größe/β.csv", "a b"]),
        uri=st.sampled_from([URI, "s3://bucket/key", "gs://bucket/a/b"]),
        digest=st.binary().map(digest_of),
        size=st.integers(0, 1 << 53),
        layer=st.sampled_from(LAYERS),
        tier=st.sampled_from([None, "hot", "cool", "archive"]),
        fulfilled=st.booleans(),
    )
)
def test_a_pointer_is_read_as_it_was_written(pointer: Pointer) -> None:
    assert parse_pointer(pointer.to_bytes(), "x") == pointer


def test_the_bytes_are_pinned() -> None:
    assert POINTER.to_bytes().decode() == (
        '{"created_at":"1970-01-01T00:00:00Z","fulfilled":false,"layer":"data","local_path":null,'
        '"original_path":"data/train.csv","schema_version":1,'
        '"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","size":1,"tier":null,'
        '"uri":"az://models/ab/cd/abcd"}'
    )


@pytest.mark.parametrize(
    "change",
    [
        *({"original_path": path} for path in ("", "../x", "/etc/passwd", ".mops/x", ".git/config", None)),
        *(
            {"uri": uri}
            for uri in ("", None, "https://x/y", "az://models/../x", f"{URI}?sig=1", "file:///etc/passwd")
        ),
        *({"sha256": text} for text in ("", "00", "A" * 64, None, f"sha256:{'0' * 64}")),
        *({"size": size} for size in (-1, 1.5, True, None, "1")),
        *({"schema_version": version} for version in (0, 2, "1", None)),
        *({"fulfilled": value} for value in (None, 1, "no")),
        *({"tier": 1}, {"layer": None}),
    ],
)
def test_what_is_no_pointer_is_refused_by_name(change: dict[str, Any]) -> None:
    data = json.dumps(json.loads(POINTER.to_bytes()) | change).encode()
    with pytest.raises(MalformedPointer, match="ptr/x") as caught:
        parse_pointer(data, "ptr/x")
    assert "sig=1" not in caught.value.message


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"\xff", b'{"a":1,"a":2}', b"{}", b" " * 70000])
def test_what_is_no_object_of_json_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedPointer):
        parse_pointer(data, "ptr/x")


def write(root: Path, pointer: Pointer, at: str = "") -> Path:
    file = root / (at or pointer_path(pointer.path))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pointer.to_bytes())
    return file


def test_the_pointers_of_a_directory_are_read_in_order(tmp_path: Path) -> None:
    other = Pointer("a", URI, digest_of(b""), 0, "code", fulfilled=True)
    for pointer in (POINTER, other):
        write(tmp_path, pointer)
    (tmp_path / ".mops/ptr/note.txt").write_text("not a pointer")
    assert list(read_pointers(tmp_path)) == [other, POINTER]
    assert list(read_pointers(tmp_path / "elsewhere")) == []


def test_a_pointer_lies_where_its_path_says(tmp_path: Path) -> None:
    write(tmp_path, POINTER, ".mops/ptr/data/other.csv.json")
    with pytest.raises(MalformedPointer, match=r"about 'data/train\.csv'"):
        list(read_pointers(tmp_path))


def test_links_are_not_followed(tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "elsewhere", POINTER)
    (tmp_path / ".mops" / "ptr" / "data").mkdir(parents=True)
    (tmp_path / pointer_path(POINTER.path)).symlink_to(elsewhere)
    with pytest.raises(Invalid):
        list(read_pointers(tmp_path))
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".mops").symlink_to(tmp_path / "elsewhere" / ".mops")
    assert list(read_pointers(tmp_path / "linked")) == []


def test_a_name_that_leaves_no_room_for_its_pointer_is_refused() -> None:
    assert pointer_path("a" * 250).endswith("a.json")
    with pytest.raises(Invalid, match="too long"):
        pointer_path(f"data/{'a' * 251}")


@pytest.mark.parametrize("tier", ["cool", None])
def test_a_pointer_tells_the_tier_that_the_bundle_does(tier: str | None) -> None:
    file = BundleFile(TreeEntry("a", Mode.FILE, 1, digest_of(b"x")), "data", External(URI, tier))
    assert pointer_to(file, fulfilled=False).tier == tier
    assert pointer_to(file, fulfilled=False).file() == file


def test_no_pointer_is_made_to_an_address_with_a_signature() -> None:
    entry = TreeEntry("a", Mode.FILE, 1, digest_of(b"x"))
    assert pointer_to(BundleFile(entry, "data", External(URI)), fulfilled=True).fulfilled
    with pytest.raises(Invalid) as caught:
        pointer_to(BundleFile(entry, "data", External(f"{URI}?sig=s3cret")), fulfilled=False)
    assert "s3cret" not in caught.value.message
