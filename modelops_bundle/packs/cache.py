"""The indexes of packs that we have seen, under `.modelops-bundle/packs/<hex>`; safe to delete at any time."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import PREFIX, Digest, hex_of, is_digest
from modelops_bundle.files.canonical_json import MalformedDocument
from modelops_bundle.files.durable import write_file
from modelops_bundle.packs.format import PackIndex, check_payload, footer_of
from modelops_bundle.remote import BlobSource
from modelops_bundle.transfer import in_parallel

_JOBS = 8


class PackCache:
    """Pack indexes by pack; verified against the manifest's pin whenever they are read."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read: dict[Digest, PackIndex] = {}

    def find(self, pack: Descriptor) -> PackIndex | None:
        """Return a pack's index if it is here."""
        if pack.digest not in self._read:
            try:
                payload = self.path(pack.digest).read_bytes()
                self._read[pack.digest] = check_payload(payload, pack)
            except (FileNotFoundError, MalformedDocument):
                return None
        return self._read[pack.digest]

    def keep(self, pack: Descriptor, payload: bytes) -> None:
        """Store a pack's index, verified; raise MalformedDocument."""
        self._read[pack.digest] = check_payload(payload, pack)
        write_file(self.path(pack.digest), payload, flush=False)

    def fetch(self, remote: BlobSource, packs: Iterable[Descriptor]) -> dict[Digest, PackIndex]:
        """Return the indexes of packs, asking the remote for those that are not here."""
        wanted = {pack.digest: pack for pack in packs}
        missing = [pack for pack in wanted.values() if self.find(pack) is None]

        def fetch(pack: Descriptor) -> None:
            footer = footer_of(pack)
            self.keep(pack, b"".join(remote.read_blob(pack, footer.offset, footer.length)))

        in_parallel(fetch, missing, _JOBS)
        return {digest: self._read[digest] for digest in wanted}

    def path(self, digest: Digest) -> Path:
        """Return where a pack's index lies, whether it is here or not."""
        return self._directory / hex_of(digest)

    def __iter__(self) -> Iterator[Digest]:
        """Yield the packs whose indexes are here, sorted."""
        names = sorted(os.listdir(self._directory)) if self._directory.is_dir() else []
        return (Digest(PREFIX + name) for name in names if is_digest(PREFIX + name))

    def discard(self, pack: Digest) -> None:
        """Remove a pack's index if it is here."""
        self._read.pop(pack, None)
        with suppress(FileNotFoundError):
            self.path(pack).unlink()
