"""Physical limits: what any program in Python has to do at least. Run as `python passes.py NAME PATH`.

Each pass imports only what it needs, since it is timed as a whole process.
"""

import os
import sys

_BLOCK = 4 << 20


def sha256(path: str) -> None:
    """Read a file and hash it with sha256, on one core."""
    import hashlib

    digest, buffer = hashlib.sha256(), memoryview(bytearray(_BLOCK))
    with open(path, "rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            digest.update(buffer[:count])


def blake3(path: str) -> None:
    """Read a file and hash it with BLAKE3, on one core."""
    import blake3

    digest, buffer = blake3.blake3(), memoryview(bytearray(_BLOCK))
    with open(path, "rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            digest.update(buffer[:count])


def scandir(path: str) -> None:
    """List a directory and all below, and stat every file."""
    pending = [path]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)


def parse(path: str) -> None:
    """Read and parse all Python files below a directory."""
    import ast

    for directory, _, names in os.walk(path):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(directory, name), "rb") as stream:
                    ast.parse(stream.read())


if __name__ == "__main__":
    {"sha256": sha256, "blake3": blake3, "scandir": scandir, "parse": parse}[sys.argv[1]](sys.argv[2])
