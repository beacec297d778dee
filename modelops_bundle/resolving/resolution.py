"""What a reference stands for: a version, where it is, and its roles. Nothing but a cache is written."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.bundle_index import LAYERS
from modelops_bundle.bundles.places import External
from modelops_bundle.bundles.roles import Roles, check_roles, choose_role, read_roles, with_defaults
from modelops_bundle.bundles.tree import Tree
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid
from modelops_bundle.fetching.contents import Origin, fetch_contents
from modelops_bundle.files.yaml_file import MAX_BYTES
from modelops_bundle.objects import ObjectCorrupt
from modelops_bundle.remote import Remote
from modelops_bundle.resolving.bundle_lookup import BundleSource, opened_version
from modelops_bundle.resolving.bundle_ref import BundleRef
from modelops_bundle.safe_path import CONFIG_PATH
from modelops_bundle.store.store import Store


@dataclass(frozen=True)
class ResolvedBundle:
    """One version of a bundle: the reference that led to it, the remote that has it, and its roles."""

    ref: BundleRef
    remote: str
    bundle: Bundle
    roles: Roles

    @property
    def manifest_digest(self) -> Digest:
        """The digest that registries know the version by."""
        return self.bundle.digest

    @property
    def media_type(self) -> str:
        """The kind of artifact that it is."""
        return self.bundle.manifest.artifact_type

    @property
    def layers(self) -> list[str]:
        """The layers that have files."""
        return list(self.layer_indexes)

    @cached_property
    def layer_indexes(self) -> Mapping[str, Digest]:
        """The tree digest of each layer that has files."""
        trees = {layer: Tree() for layer in LAYERS}
        for path, file in self.bundle.index.files.items():
            trees[file.layer][path] = file.entry
        return {layer: tree.digest() for layer, tree in trees.items() if tree}

    @property
    def external_index_present(self) -> bool:
        """Whether files lie in a blob store."""
        return any(isinstance(file.place, External) for file in self.bundle.index.files.values())

    @property
    def total_size(self) -> int:
        """The size of all files in bytes."""
        return self.bundle.config.size

    def role(self, option: str | None = None) -> str:
        """Return the role that applies: an option's, the reference's, or the default; raise RoleMismatch."""
        return choose_role(self.roles, option, self.ref.role)

    def paths_for(self, role: str) -> list[str]:
        """Return the paths of the files that a role is about."""
        layers = frozenset(self.roles[role])
        return [path for path, file in self.bundle.index.files.items() if file.layer in layers]


@contextmanager
def resolved(store: Store, ref: BundleRef, here: BundleSource) -> Iterator[tuple[ResolvedBundle, Remote]]:
    """Give what a reference stands for, and its remote, open.

    Raises NoSuchBundle (1), Invalid (2), TransferFailed (3), AuthRefused (4), IntegrityError (5),
    UnsupportedMediaType (10), and RoleMismatch (11) for roles that name other layers than there are.
    """
    with opened_version(store, ref, here) as (remote, bundle):
        roles = _roles_of(store, Origin(remote), bundle)
        yield ResolvedBundle(ref, remote.name, bundle, roles), remote


def _roles_of(store: Store, origin: Origin, bundle: Bundle) -> Roles:
    if bundle.roles is not None:
        return check_roles(bundle.roles, f"{origin.remote.name}@{bundle.digest}")
    file = bundle.index.files.get(CONFIG_PATH)
    if file is None or not file.entry.size:
        return with_defaults({})
    what = f"{origin.remote.name}@{bundle.digest}: {CONFIG_PATH}"
    if file.entry.size > MAX_BYTES:
        raise Invalid(f"larger than {MAX_BYTES} bytes: '{what}'", hint="ask who published it")
    while True:
        fetch_contents(store, origin, bundle, [CONFIG_PATH])
        try:
            return read_roles(store.objects.read(file.entry.digest), what)
        except ObjectCorrupt as error:
            store.objects.discard(error.digest)  # the store is a cache
