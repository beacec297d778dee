"""Files as small, as large and as odd as they come survive push and clone, whatever the profile."""

import hashlib
from pathlib import Path

import pytest

from modelops_bundle.packs.chunking import MAX_CHUNK, MIN_CHUNK
from modelops_bundle.packs.format import PACK_SIZE
from modelops_bundle.packs.packing import CUT_FROM, FRAME
from tests.support.workspace import Workspace

LIMITS = {"chunk-min": MIN_CHUNK, "chunk-max": MAX_CHUNK, "frame": FRAME, "cut": CUT_FROM}


def noise(size: int, seed: str) -> bytes:
    """Return bytes that no program can compress."""
    return hashlib.shake_128(seed.encode()).digest(size)


def push_and_clone(tmp_path: Path, alice: Workspace, layout: str) -> Workspace:
    remote = f"oci:{tmp_path / 'store'}"
    alice.ok("init", "--remote", remote)
    alice.ok("config", "storage.layout", layout)
    alice.ok("add", ".")
    alice.ok("push")
    alice.ok("clone", remote, str(tmp_path / "bob"))
    bob = Workspace(tmp_path / "bob")
    assert bob.tree() == alice.tree()
    assert bob.ok("status", "--porcelain=v1") == ""
    return bob


@pytest.mark.parametrize("layout", ["auto", "portable", "packed"])
def test_sizes_at_and_around_every_limit(tmp_path: Path, layout: str) -> None:
    alice = Workspace(tmp_path / "alice")
    alice.write("empty", b"")
    for name, limit in LIMITS.items():
        for size in (limit - 1, limit, limit + 1):
            alice.write(f"noise/{name}-{size}", noise(size, f"{name}{size}"))
            alice.write(f"same/{name}-{size}", b"x" * size)
    push_and_clone(tmp_path, alice, layout)


@pytest.mark.parametrize("size", [PACK_SIZE - 1, PACK_SIZE, PACK_SIZE + 1])
def test_a_file_as_large_as_a_pack(tmp_path: Path, size: int) -> None:
    alice = Workspace(tmp_path / "alice")
    alice.write("data.bin", noise(size, "pack"))
    push_and_clone(tmp_path, alice, "auto")


def test_a_sparse_file_travels_as_one_chunk_named_many_times(tmp_path: Path) -> None:
    alice = Workspace(tmp_path / "alice")
    alice.write("sparse.bin", b"head")
    with (alice.root / "sparse.bin").open("r+b") as stream:
        stream.truncate(300 << 20)
        stream.seek(200 << 20)
        stream.write(b"middle")
    bob = push_and_clone(tmp_path, alice, "auto")
    assert (bob.root / "sparse.bin").stat().st_size == 300 << 20
    stored = sum(file.stat().st_size for file in (tmp_path / "store").rglob("*") if file.is_file())
    assert stored < 1 << 20


def test_repeated_content_is_stored_once(tmp_path: Path) -> None:
    alice = Workspace(tmp_path / "alice")
    block = noise(3 << 20, "block")
    alice.write("repeated.bin", block * 8)
    alice.write("again.bin", block * 4)
    push_and_clone(tmp_path, alice, "auto")
    stored = sum(file.stat().st_size for file in (tmp_path / "store").rglob("*") if file.is_file())
    assert stored < 8 << 20
