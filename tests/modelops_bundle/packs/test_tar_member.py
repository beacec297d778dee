"""Tar members that every reader of tar understands."""

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from modelops_bundle.bundles.tree import Mode
from modelops_bundle.packs.tar_member import BLOCK, END, header, padding
from tests.support.programs import require

PATHS = [
    "a",
    "data/cases.csv",
    "x" * 100,
    "x" * 101,
    "d/" * 49 + "xx",
    "d/" * 50 + "x",
    "d" * 99 + "/x",
    "/".join(["directory" * 10] * 8),
    "größe/β.csv",
    "数" * 33,
    "数" * 34,
    "🦠" * 40,
    "name with spaces and = 9 signs\\n",
    "x" * 89,
    "é" + "x" * 85,
    "é" + "x" * 86,
    "é" + "x" * 984,
    "é" + "x" * 985,
]
SIZES = [1, 511, 512, 513, 100_000]


def archive(files: dict[str, tuple[Mode, bytes]]) -> bytes:
    """Return a whole archive."""
    members = [header(path, mode, len(data)) + data + padding(len(data)) for path, (mode, data) in files.items()]
    return b"".join(members) + END


@pytest.mark.parametrize("path", PATHS, ids=ascii)
def test_tarfile_reads_a_member(path: str) -> None:
    data = archive({path: (Mode.FILE, b"content\n"), "next": (Mode.EXECUTABLE, b"!")})
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
        first, second = tar.getmembers()
        assert (first.name, first.mode, first.size, first.isreg()) == (path, 0o644, 8, True)
        assert (second.name, second.mode, second.isreg()) == ("next", 0o755, True)
        extracted = tar.extractfile(first)
        assert extracted
        assert extracted.read() == b"content\n"


@pytest.mark.server("tar")
def test_gnu_tar_restores_members(tmp_path: Path) -> None:
    # A name of more than 255 bytes, or a sentence, is a matter of the file system.
    names = [path for path in PATHS if max(len(name.encode()) for name in path.split("/")) < 256]
    modes = [Mode.FILE, Mode.EXECUTABLE]
    files = {
        f"{number}/{name}": (modes[number % 2], b"%d" % number * SIZES[number % 5])
        for number, name in enumerate(names)
    }
    (tmp_path / "a.tar").write_bytes(archive(files))
    done = subprocess.run(
        [str(require("tar")), "-xf", "a.tar"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    for path, (mode, data) in files.items():
        file = tmp_path / path
        assert file.read_bytes() == data
        assert bool(file.stat().st_mode & 0o100) == (mode is Mode.EXECUTABLE)


@pytest.mark.parametrize("size", [*SIZES, 0o77777777777])
def test_a_member_fills_whole_blocks(size: int) -> None:
    head = header("a", Mode.FILE, size)
    assert len(head) == BLOCK
    assert (size + len(padding(size))) % BLOCK == 0
    assert len(padding(size)) < BLOCK
    assert tarfile.TarInfo.frombuf(head, "utf-8", "strict").size == size


def test_a_header_has_nothing_of_this_machine() -> None:
    member = tarfile.TarInfo.frombuf(header("data/x", Mode.FILE, 3), "utf-8", "strict")
    assert (member.mtime, member.uid, member.gid, member.uname, member.gname) == (0, 0, 0, "", "")


def test_headers_are_what_they_always_were() -> None:
    found = hashlib.sha256(b"".join(header(path, Mode.EXECUTABLE, 9) for path in PATHS)).hexdigest()
    assert found == "9f7c56807c4a5170657de0ad01562edbcb28493fb68f61545b13ff68a4046ea2"
