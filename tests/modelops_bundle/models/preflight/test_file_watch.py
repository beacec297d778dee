"""Files that any program reads are seen, where the system can tell."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelops_bundle.models.preflight import file_watch
from modelops_bundle.models.preflight.file_watch import Sightings, sightings

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells who else reads files")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree of a few files."""
    for path in ("a", "below/b", "below/deeper/c"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    return tmp_path


@LINUX
def test_what_is_read_is_seen_and_what_is_only_looked_at_is_not(root: Path) -> None:
    (root / "new name\n").write_bytes(b"x")
    with sightings([str(root), f"{root}/below"]) as found:
        subprocess.run(["cat", "new name\n", "below/b", "below/deeper/c"], cwd=root, stdout=subprocess.DEVNULL)
        (root / "a").stat()
        (root / "a").write_text("written")
        os.listdir(root / "below")
    assert found == Sightings({f"{root}/new name\n", f"{root}/below/b"}, complete=True)


@LINUX
def test_a_file_that_is_mapped_is_seen(root: Path) -> None:
    source = "import mmap; f = open('a'); m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); m[0]"
    with sightings([str(root)]) as found:
        subprocess.run([sys.executable, "-c", source], cwd=root, check=True)
    assert found.paths == {f"{root}/a"}


@LINUX
def test_a_name_that_is_no_utf8_is_seen(root: Path) -> None:
    name = os.fsencode(root) + b"/caf\xe9"
    with open(name, "wb") as stream:
        stream.write(b"x")
    with sightings([str(root)]) as found, open(name, "rb") as stream:
        stream.read()
    assert found.paths == {os.fsdecode(name)}


@LINUX
def test_many_sightings_are_all_told(root: Path) -> None:
    names = [f"{root}/below/{number}" for number in range(3000)]
    for name in names:
        Path(name).write_bytes(b"x")
    with sightings([f"{root}/below"]) as found:
        for name in names:
            Path(name).read_bytes()
    assert found == Sightings(set(names), complete=True)


@LINUX
def test_sightings_that_the_system_lost_are_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = file_watch._EVENT.pack(-1, 0x4000, 0, 0)
    left = [lost]
    monkeypatch.setattr(file_watch, "_read", lambda handle: left.pop() if left else b"")
    with sightings([str(root)]) as found:
        pass
    assert not found.complete


@LINUX
def test_a_directory_that_cannot_be_watched_is_told(root: Path) -> None:
    with sightings([str(root), f"{root}/gone"]) as found:
        (root / "a").read_text()
    assert found == Sightings({f"{root}/a"}, complete=False)


@LINUX
def test_nothing_stays_open_and_errors_come_through(root: Path) -> None:
    before = os.listdir("/proc/self/fd")
    with pytest.raises(ZeroDivisionError), sightings([str(root)]):
        1 / 0  # noqa: B018
    assert os.listdir("/proc/self/fd") == before


def test_a_system_that_cannot_tell_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_watch, "_libc", object)
    with sightings([str(root)]) as found:
        (root / "a").read_text()
    assert found == Sightings()


def test_a_system_that_refuses_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def libc() -> object:
        raise OSError(errno.ENOSYS, "no C library")

    monkeypatch.setattr(file_watch, "_libc", libc)
    with sightings([str(root)]) as found:
        pass
    assert found == Sightings()
