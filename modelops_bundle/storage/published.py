"""Where versions that are published have put content, so that what is unchanged can stay there.

Who pushes may have another environment than who pushed before, or none: that must move nothing.
"""

from collections.abc import Sequence
from functools import cached_property

from modelops_bundle.blob_stores.location import parse_uri
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import External, Place
from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid


class PublishedPlaces:
    """The places of files in some versions, of which the first comes first."""

    def __init__(self, versions: Sequence[Bundle] = ()) -> None:
        self._versions = versions

    def of(self, entry: TreeEntry) -> Place | None:
        """Return where content is: that of the same path, or else that of any file in a blob store."""
        for version in self._versions:
            file = version.index.files.get(entry.path)
            if file and file.entry.digest == entry.digest and _is_readable(file.place):
                return file.place
        return self._external.get(entry.digest)

    def of_path(self, path: str) -> Place | None:
        """Return where the file at a path is, whatever it holds now."""
        found = (version.index.files.get(path) for version in self._versions)
        return next((file.place for file in found if file), None)

    @property
    def any_external(self) -> External | None:
        """The place of some file in a blob store."""
        return next(iter(self._external.values()), None)

    @cached_property
    def _external(self) -> dict[Digest, External]:
        places: dict[Digest, External] = {}
        for version in self._versions:
            for file in version.index.files.values():
                if isinstance(file.place, External) and _is_readable(file.place):
                    places.setdefault(file.entry.digest, file.place)
        return places


def _is_readable(place: Place) -> bool:
    """Tell whether we can read an address; other programs write others."""
    if isinstance(place, External):
        try:
            parse_uri(place.uri)
        except Invalid:
            return False
    return True
