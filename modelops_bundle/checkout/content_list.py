"""`manifest.yaml`: what lies here, for people and their scripts, a line for each file. Nothing reads it back.

Format: docs/formats/on-disk.md. It is written by hand, since a YAML library takes seconds for 100,000 files.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.files.durable import write_file
from modelops_bundle.safe_path import METADATA_DIR

CONTENT_LIST = f"{METADATA_DIR}/manifest.yaml"
VERSION = 1
_AS_IT_IS = re.compile(r"[ !#-\[\]-~]*")
"""Text that stands between quotes as it is, to every reader of YAML."""


def content_list(files: Iterable[BundleFile], tree: Digest) -> bytes:
    """Return the document of files, which are sorted by path and make up the tree of that digest."""
    lines = []
    for file in files:
        path, mode, size, digest = file.entry
        name = path if _AS_IT_IS.fullmatch(path) else "".join(map(_escaped, path))
        lines.append(
            f'- {{path: "{name}", mode: "{mode}", size: {size}, sha256: "{hex_of(digest)}", layer: {file.layer}}}'
        )
    return "\n".join([_head(tree), "files:" if lines else "files: []", *lines, ""]).encode()


def write_content_list(root: Path, bundle: Bundle) -> None:
    """Write what a version holds into a project, unless it is what was written last.

    Where that fails, the list is missing or old, which is no reason to let a push or pull fail.
    """
    path, head = root / CONTENT_LIST, _head(bundle.config.tree).encode()
    with suppress(OSError), path.open("rb") as stream:
        if stream.read(len(head)) == head:
            return
    with suppress(OSError):
        write_file(path, content_list(bundle.index.files.values(), bundle.config.tree), flush=False)


def _head(tree: Digest) -> str:
    """Return the first lines, which tell whether the others would be the same."""
    return f"# Written by modelops-bundle, and not read by it.\nversion: {VERSION}\ntree: {tree}"


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
