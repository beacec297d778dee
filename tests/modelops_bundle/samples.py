"""Things that many tests of the library need: digests, one fixed small tree, and projects on disk."""

import os
from pathlib import Path

from modelops_bundle.checkout.index import Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.snapshot import take
from modelops_bundle.digest import Digest, digest_of

FILES = {
    ".modelops-bundle/config.yaml": b"version: 1\n",
    "README.md": b"# SEIR\n",
    "data/binary.dat": bytes(range(256)) * 17,
    "data/empty.csv": b"",
    "data/größe/β.csv": "ort,fälle\nKöln,3\n".encode(),
    "models/seir/__init__.py": b"",
    "models/seir/model.py": b"class Seir:\n    pass\n",
}
EXECUTABLES = {"run.sh": b"#!/bin/sh\nexec python -m models.seir\n"}
LINKS = {"latest": "models/seir", "models/shared": "../data"}


def digest_number(number: int) -> Digest:
    """Return a digest of nothing in particular."""
    return digest_of(b"%d" % number)


def write_sample(root: Path, *, backwards: bool = False) -> list[str]:
    """Write the fixed small tree and return its paths, in the order in which they were written."""
    paths = sorted([*FILES, *EXECUTABLES, *LINKS], reverse=backwards)
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path in LINKS:
            target.symlink_to(LINKS[path])
        else:
            target.write_bytes((FILES | EXECUTABLES)[path])
            target.chmod(0o755 if path in EXECUTABLES else 0o644)
    return paths


def track(project: Project, *paths: str) -> Index:
    """Store files, add them to the project's index, and return it."""
    index = project.load_index()
    for path in paths:
        index[path] = take(project.objects, project.root, path, os.lstat(project.root / path))
    project.write_index(index)
    return index


def everything_below(root: Path) -> dict[str, bytes | str]:
    """Return what is on disk: bytes of files, targets of symlinks (with an arrow), '' for directories."""
    found: dict[str, bytes | str] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        else:
            found[name] = path.read_bytes() if path.is_file() else ""
    return found
