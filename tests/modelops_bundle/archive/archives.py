"""Directories to archive, and archives that a stranger might send."""

import io
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

FILES = {
    "b/x.csv": b"day,cases\n1,3\n",
    "b.txt": b"text\n",
    "b-1": b"",
    "größe.txt": b"\xff\x00" * 700,
    "deep/" * 30 + "file": b"deep\n",
}


def make(root: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """Write files below a directory, in the given order."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return root


def make_differently(root: Path, other: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """Write the same files with other times, permissions and inodes, in reverse, and as hard links to `other`."""
    make(root, {path: files[path] for path in reversed(list(files))})
    for number, path in enumerate(sorted(files)):
        file = root / path
        if number % 2 and files[path]:
            other.mkdir(exist_ok=True)
            os.link(file, other / str(number))
        file.chmod(0o600 if number % 2 else 0o664)
        os.utime(file, (number, number))
    return root


def tar_of(*members: tuple[str, bytes | None], **changes: object) -> bytes:
    """Return an archive as Python writes it; None stands for a directory. `changes` are made to every member."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
            info.size = len(content or b"")
            for key, value in changes.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(content or b""))
    return stream.getvalue()
