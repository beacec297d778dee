"""Which files of a bundle go to a blob store, and why.

The policy stands in `config.yaml`; provider and container may also come from the environment, which is how a
group shares its store. They are about new content: what is unchanged stays where it is published, unless a pattern
or the mode in `config.yaml`, which are the same for everybody, say that it belongs elsewhere. Nothing here opens a
store, or needs credentials.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from modelops_bundle.blob_stores.location import (
    PROVIDERS,
    Container,
    Scheme,
    blob_key,
    container_of,
    may_be_secret,
)
from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.places import External
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid
from modelops_bundle.files.path_patterns import PathPatterns
from modelops_bundle.files.yaml_file import shown
from modelops_bundle.safe_path import TRAVELLING
from modelops_bundle.settings import Settings
from modelops_bundle.storage.config import StorageConfig, StorageMode
from modelops_bundle.storage.published import PublishedPlaces
from modelops_bundle.tier import Tier

if TYPE_CHECKING:
    from modelops_bundle.environments import Environment


class Placement(StrEnum):
    """Where a push puts a file's bytes."""

    REGISTRY = "registry"
    BLOB_STORE = "blob store"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class Decision:
    """A file's placement, the reason in words, and the tier of a blob store if there is one."""

    placement: Placement
    why: str
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """The provider and container that a configuration names; empty text where nothing says it.

    The origins are `config.yaml`, an environment or a variable. `stray` names a container, but no provider.
    """

    provider: str = ""
    container: str = ""
    provider_origin: str = ""
    container_origin: str = ""
    stray: str = ""

    @property
    def shown_provider(self) -> str:
        """The provider for people."""
        return shown(self.provider)

    @property
    def shown_container(self) -> str:
        """The container for people; a wrong one may be an address that lets anybody in."""
        return "set" if may_be_secret(self.provider, self.container) else self.container


def choose_store(
    config: StorageConfig, settings: Settings, environment: "Environment | None" = None
) -> StoreChoice:
    """Return what `config.yaml` names, or else the environment, whose container is one of its own provider."""
    storage: Mapping[str, str] = environment.storage if environment else {}
    named = f"environment '{environment.name}'" if environment else ""
    theirs = storage.get("provider", "")
    provider, origin = (config.provider, "config.yaml") if config.provider else (theirs, named)
    if not provider:
        variable = "AZURE_STORAGE_CONTAINER" if settings.storage_container else ""
        stray = "storage.container" if config.container else named if storage.get("container") else variable
        return StoreChoice(stray=stray)
    kind = PROVIDERS.get(provider)
    containers = [
        (config.container, "config.yaml"),
        (storage.get("container", "") if theirs and PROVIDERS.get(theirs) is kind else "", named),
        (settings.storage_container if kind is Scheme.AZURE else "", "environment variable"),
    ]
    container, container_origin = next((found for found in containers if found[0]), ("", ""))
    return StoreChoice(provider, container, origin, container_origin)


NO_PROVIDER = "no storage.provider is set"
UNCHANGED = "unchanged: stays where it is published"


class StoragePolicy:
    """Decides for each file, and names the blobs. Raises Invalid for a pattern that is none.

    `published` are versions whose places are kept.
    """

    def __init__(self, config: StorageConfig, choice: StoreChoice, published: Sequence[Bundle] = ()) -> None:
        self._config = config
        self._choice = choice
        self._published = PublishedPlaces(published)
        self._to_registry = PathPatterns("storage.force_oci_patterns", config.force_oci_patterns)
        self._to_store = PathPatterns("storage.force_blob_patterns", config.force_blob_patterns)

    def decide(self, entry: TreeEntry) -> Decision:
        """Return where a file goes."""
        if entry.mode is Mode.LINK:
            return Decision(Placement.INDEX, "a symlink")
        if not entry.size:
            return Decision(Placement.INDEX, "empty")
        if entry.path in TRAVELLING:
            return Decision(Placement.REGISTRY, "it describes the bundle")
        if self._to_registry.match(entry.path):
            return Decision(Placement.REGISTRY, "storage.force_oci_patterns")
        if self._to_store.match(entry.path):
            return self._stored(entry, "storage.force_blob_patterns")
        if self._config.mode is not StorageMode.AUTO:
            why = f"storage.mode is {self._config.mode}"
            blob = self._config.mode is StorageMode.BLOB
            return self._stored(entry, why) if blob else Decision(Placement.REGISTRY, why)
        return self._decide_by_size(entry)

    def external(self, entries: Iterable[TreeEntry]) -> dict[str, External]:
        """Return the places of the files that go to a blob store, by path; raise Invalid when none is named."""
        stored = [entry for entry in entries if self.decide(entry).placement is Placement.BLOB_STORE]
        return {entry.path: self._kept(entry) or External(self.uri(entry.digest), self.tier) for entry in stored}

    @property
    def tier(self) -> Tier | None:
        """The tier that files are put into in the blob store; a directory has none."""
        return None if PROVIDERS.get(self._choice.provider) is Scheme.DIRECTORY else self._config.tier

    def uri(self, digest: Digest) -> str:
        """Return the URI that content gets in the blob store; raise Invalid when none is named."""
        return self.container.uri(blob_key(self._config.prefix, digest))

    def _decide_by_size(self, entry: TreeEntry) -> Decision:
        kept, limit = self._published.of(entry), self._config.threshold_bytes
        if isinstance(kept, External):
            return Decision(Placement.BLOB_STORE, UNCHANGED, kept.tier)
        if entry.size < limit:
            return Decision(Placement.REGISTRY, f"smaller than {limit} bytes")
        if not self._choice.provider:
            return Decision(Placement.REGISTRY, self._without_provider)
        if kept is not None:
            return Decision(Placement.REGISTRY, UNCHANGED)
        return self._stored(entry, f"{limit} bytes or more")

    @property
    def _without_provider(self) -> str:
        stray = self._choice.stray
        return f"{NO_PROVIDER}, though {stray} names a container" if stray else NO_PROVIDER

    def _stored(self, entry: TreeEntry, why: str) -> Decision:
        kept = self._kept(entry)
        return Decision(Placement.BLOB_STORE, why, kept.tier if kept else self.tier)

    def _kept(self, entry: TreeEntry) -> External | None:
        kept = self._published.of(entry)
        return kept if isinstance(kept, External) else None

    @cached_property
    def container(self) -> Container:
        """The container that files go to; raises Invalid when none is named, or for what makes no sense."""
        choice = self._choice
        if not choice.provider:
            raise Invalid(
                "files are to go to a blob store, but none is named",
                hint="modelops-bundle config storage.provider azure (or s3, gcs, directory), or env use NAME",
            )
        if choice.provider in PROVIDERS and not choice.container:
            raise Invalid(
                f"storage provider '{choice.provider}' ({choice.provider_origin}) has no container",
                hint="modelops-bundle config storage.container NAME",
            )
        try:
            return container_of(choice.provider, choice.container)
        except Invalid as error:
            origins = dict.fromkeys(filter(None, (choice.provider_origin, choice.container_origin)))
            raise Invalid(f"storage ({', '.join(origins)}): {error.message}", hint=error.hint) from None
