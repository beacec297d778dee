"""Whatever happens to a tree, push then clone, or pull into an older checkout, is the identity.

Limits are patched down, so that files of some hundred kilobytes are cut into chunks, fill several packs, make
an index document of chunks, and have packs retired.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelops_bundle.packs import packing, reuse, unpack_plan
from modelops_bundle.pushing import encoding
from tests.support.workspace import METADATA, Workspace

CUT_FROM = 64 << 10
FRAME = 4 << 10
PACK = 128 << 10
SIZES = [0, 1, 511, 512, 513, FRAME - 512, FRAME, 10_000, CUT_FROM - 1, CUT_FROM, CUT_FROM + 1, 300_000]
PATHS = ["a", "b.csv", "d/a", "d/é", "d/e/f", "x" * 120, "models/m.py"]
LAYOUTS = ["auto", "portable", "packed"]


@pytest.fixture(autouse=True, scope="module")
def small_limits() -> Iterator[None]:
    with (
        mock.patch.object(packing, "CUT_FROM", CUT_FROM),
        mock.patch.object(encoding, "CUT_FROM", CUT_FROM),
        mock.patch.object(packing, "FRAME", FRAME),
        mock.patch.object(packing, "PACK_SIZE", PACK),
        mock.patch.object(encoding, "MAX_TITLED", 3),
        mock.patch.object(encoding, "INLINE", 1500),
        mock.patch.object(reuse, "SMALL_PACK", PACK // 4),
        mock.patch.object(reuse, "MAX_SMALL_PACKS", 3),
        mock.patch.object(reuse, "BUDGET", 2 * PACK),
        mock.patch.object(unpack_plan, "GAP", 2000),
    ):
        yield


def content(size: int, kind: int) -> bytes:
    """Return noise, rows, or zeros with something at their end."""
    if kind == 0:
        return hashlib.shake_128(b"%d" % size).digest(size)
    if kind == 1:
        return b"".join(b"%d,%d\n" % (n, n * n % 97) for n in range(size // 8 + 1))[:size]
    return (bytes(size) + b"end")[-size:] if size else b""


Step = Callable[[Path], None]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """One edit of a tree; what makes no sense at that moment does nothing."""
    path, other = draw(st.sampled_from(PATHS)), draw(st.sampled_from(PATHS))
    what = draw(
        st.sampled_from(["write", "edit", "append", "insert", "cut", "delete", "rename", "chmod", "copy", "link"])
    )
    size, kind = draw(st.sampled_from(SIZES)), draw(st.integers(0, 2))
    part = draw(st.floats(0, 1))

    def step(root: Path) -> None:
        file, to = root / path, root / other
        file.parent.mkdir(parents=True, exist_ok=True)
        to.parent.mkdir(parents=True, exist_ok=True)
        if what == "write":
            file.unlink(missing_ok=True)
            file.write_bytes(content(size, kind))
        if not file.is_file() or file.is_symlink():
            return
        data = file.read_bytes()
        at = int(len(data) * part)
        edits = {
            "edit": data[:at] + b"!edit" + data[at + 5 :],
            "append": data + content(size // 3, kind),
            "insert": data[:at] + b"inserted,row\n" + data[at:],
            "cut": data[:at] + data[at + 100 :],
        }
        if what in edits:
            file.write_bytes(edits[what])
        elif what == "delete":
            file.unlink()
        elif what == "rename":
            file.rename(to)
        elif what == "chmod":
            file.chmod(0o755 if not os.access(file, os.X_OK) else 0o644)
        elif what == "copy" and path != other:
            to.unlink(missing_ok=True)
            to.write_bytes(data)
        elif what == "link" and path != other:
            to.unlink(missing_ok=True)
            to.symlink_to(os.path.relpath(file, to.parent))

    step.__name__ = f"{what} {path} {other} {size} {kind} {part}"
    return step


ROUND = st.tuples(st.sampled_from(LAYOUTS), st.lists(steps(), min_size=1, max_size=8))
ROUNDS = st.lists(ROUND, min_size=1, max_size=4)


def assert_nothing_left(workspace: Workspace) -> None:
    """Check that a command left no temporary file behind."""
    tmp = workspace.root / METADATA / "tmp"
    assert [path for path in tmp.rglob("*") if path.is_file() and path.name != "lock"] == []


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(ROUNDS)
def test_push_then_clone_or_pull_is_the_identity(rounds: list[tuple[str, list[Step]]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        here = Path(directory)
        remote = f"oci:{here / 'remote'}"
        alice, bob = Workspace(here / "alice"), Workspace(here / "bob")
        alice.write("README.md", "begin\n")
        alice.ok("init", "--remote", remote)
        for number, (layout, script) in enumerate(rounds):
            alice.ok("config", "storage.layout", layout)
            for step in script:
                step(alice.root)
            alice.ok("add", ".")
            alice.ok("push")
            if number:
                bob.ok("pull")
            else:
                alice.ok("clone", remote, str(bob.root))
            carol = Workspace(here / f"carol{number}")
            alice.ok("clone", remote, str(carol.root))
            assert carol.tree() == alice.tree() == bob.tree()
            for one in (alice, bob, carol):
                assert_nothing_left(one)
                assert one.ok("status", "--porcelain=v1") == ""
