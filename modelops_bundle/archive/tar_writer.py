"""Write a tar archive that holds nothing but names, modes and bytes, and is there whole or not at all."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from modelops_bundle.archive.compression import ArchiveFile, Writable, compressing
from modelops_bundle.bundles.tree import Mode
from modelops_bundle.digest import PREFIX, Digest
from modelops_bundle.errors import IntegrityError, Invalid
from modelops_bundle.files.durable import replacing
from modelops_bundle.packs.tar_member import END, comment_header, directory_header, header, padding


class TarWriter:
    """Appends members to a stream; the caller sorts them."""

    def __init__(self, stream: Writable) -> None:
        self._stream = stream

    def comment(self, text: str) -> None:
        """Say something about the archive, before its first member."""
        self._stream.write(comment_header(text))

    def directory(self, path: str) -> None:
        """Add a directory."""
        self._stream.write(directory_header(path))

    def file(self, path: str, mode: Mode, size: int, digest: Digest, blocks: Iterable[bytes]) -> None:
        """Add a regular file; raise IntegrityError when the blocks are not what size and digest promise."""
        self._stream.write(header(path, mode, size))
        sha256, written = hashlib.sha256(), 0
        for block in blocks:
            sha256.update(block)
            written += len(block)
            self._stream.write(block)
        if written != size or PREFIX + sha256.hexdigest() != digest:
            raise IntegrityError(f"the bytes of '{path}' are not those of '{digest}'")
        self._stream.write(padding(size))


@contextmanager
def writing_archive(archive: ArchiveFile) -> Iterator[TarWriter]:
    """Give a writer; when the block ends well, the archive replaces what is there, else it does not.

    Raises Invalid when there is no directory to write it to.
    """
    out = archive.path
    if not out.parent.is_dir():
        raise Invalid(f"no such directory: '{out.parent}'", hint=f"mkdir -p '{out.parent}'")
    if out.is_dir():
        raise Invalid(f"is a directory: '{out}'", hint="name a file for the archive")
    with replacing(out, flush=True) as file, compressing(file, archive) as stream:
        yield TarWriter(stream)
        stream.write(END)
