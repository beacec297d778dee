"""Put staged files of a bundle, pointers and provenance into a destination: everything, or nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from modelops_bundle.bundles.bundle_index import BundleFile
from modelops_bundle.bundles.places import NOWHERE
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.checkout.index import IndexEntry
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.files.durable import write_file
from modelops_bundle.files.hashing import content_of
from modelops_bundle.materializing.area import staging_area
from modelops_bundle.materializing.destination import Destination
from modelops_bundle.sync.merge import is_still


class Writing:
    """One change of a destination: files are staged by `work`, documents of the area by `add`."""

    def __init__(self, destination: Destination, staging: Path, work: Checkout) -> None:
        self.work = work
        self._destination = destination
        self._staging = staging
        self._found: dict[str, IndexEntry | None] = {}
        self._doomed: list[str] = []

    def add(self, path: str, data: bytes) -> None:
        """Stage a document of the area, unless it is there already; raise InTheWay."""
        content, present = content_of(data), self._destination.find(path)
        if present and present.tree_entry(path) == (path, Mode.FILE, content.size, content.digest):
            return
        self._found[path] = present
        document = self._staging / "document"
        write_file(document, data, flush=False)
        entry = TreeEntry(path, Mode.FILE, content.size, content.digest)
        self.work.stage_verified(BundleFile(entry, "config", NOWHERE), document, content)

    def remove(self, path: str) -> None:
        """Let a document of the area be removed, if it is there; raise InTheWay."""
        present = self._destination.find(path)
        if present:
            self._found[path] = present
            self._doomed.append(path)

    def commit(self, found: Mapping[str, IndexEntry | None]) -> None:
        """Write everything; raise WorkingTreeConflict, with nothing written, if a path is not as it was found."""
        expected = {**found, **self._found}
        self.work.commit(self._doomed, lambda path: is_still(self._destination.root, path, expected.get(path)))


@contextmanager
def writing(destination: Destination) -> Iterator[Writing]:
    """Begin a change of a destination; what was staged and not committed is gone at the end."""
    with staging_area(destination.root) as staging, Checkout(destination.root, staging) as work:
        yield Writing(destination, staging, work)
