"""Find the bundle that a reference names: which repositories it can be in, and the first that has it.

A name is looked for below the registry of the settings: at `BASE/NAME`, where the first of the earlier tools put
bundles, at `BASE/bundles/NAME`, where its last version did, and at BASE itself when that ends with the name. A
version alone is one of the project's remote, or else of BASE; a digest is looked for in the repositories below
BASE, too, where the registry lists them. There is no default: without a registry, a name is an error.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.checkout.local_config import DEFAULT_TAG
from modelops_bundle.checkout.project import NotAProject, Project
from modelops_bundle.errors import AuthRefused, BundleError, Invalid, NotFound
from modelops_bundle.fetching.cached import fetch_cached_version
from modelops_bundle.registry.reference import has_host
from modelops_bundle.remote import Remote
from modelops_bundle.remotes.oci_layout import is_layout
from modelops_bundle.remotes.opening import choose_remote, environment_of, open_remote, settings_for
from modelops_bundle.remotes.reference_syntax import is_directory, without_scheme
from modelops_bundle.remotes.remote_reference import remote_name
from modelops_bundle.resolving.bundle_ref import BundleRef
from modelops_bundle.settings import Settings
from modelops_bundle.store.store import Store

if TYPE_CHECKING:
    from modelops_bundle.environments import Environment

MAX_REPOSITORIES = 200
"""In how many repositories of a registry a digest is looked for."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class BundleSource:
    """Where bundles come from: settings, the current directory, and the project there, if any.

    `remote` is the canonical name of the project's remote.
    """

    settings: Settings
    directory: Path
    environment: "Environment | None" = None
    remote: str = ""


def bundle_source_at(settings: Settings, directory: Path) -> BundleSource:
    """Return what settings, the environment, and the project that a directory lies in, if any, say."""
    try:
        return bundle_source_of(Project.discover(directory), settings, directory)
    except NotAProject:
        return BundleSource(settings, directory, environment_of(None, settings))


def bundle_source_of(project: Project, settings: Settings, directory: Path) -> BundleSource:
    """Return what settings, a project and its environment say."""
    choice = choose_remote(project, settings)
    return BundleSource(settings, directory, environment_of(project, settings), choice.name if choice else "")


class NoSuchBundle(NotFound):
    """A reference names nothing, wherever it was looked for."""

    def __init__(self, ref: BundleRef, looked: Sequence[str]) -> None:
        where = ", ".join(f"'{name}'" for name in looked[:_SHOWN])
        more = f" and {len(looked) - _SHOWN} others" if len(looked) > _SHOWN else ""
        super().__init__(
            f"no bundle '{ref}' at {where}{more}", hint=f"modelops-bundle ls-remote --remote {looked[0]}"
        )


@contextmanager
def opened_version(store: Store, ref: BundleRef, here: BundleSource) -> Iterator[tuple[Remote, Bundle]]:
    """Give the bundle that a reference names, and the remote that has it, open.

    Raises NoSuchBundle, Invalid, AuthRefused, TransferFailed, and what reading a bundle raises.
    """
    names = candidates(ref, here)
    refused: list[BundleError] = []
    looked: list[str] = []
    for name in _with_neighbours(names, ref, here):
        looked.append(name)
        remote = open_remote(name, here.settings, here.environment)
        try:
            try:
                bundle = _find(store, remote, ref)
            except AuthRefused as error:
                # Many registries refuse to tell strangers that a repository does not exist.
                refused.append(error)
                continue
            if bundle:
                yield remote, bundle
                return
        finally:
            remote.close()
    if not looked:
        raise _unnamed_repository(ref, base_of(here))
    raise refused[0] if refused else NoSuchBundle(ref, looked)


def candidates(ref: BundleRef, here: BundleSource) -> list[str]:
    """Return the canonical names of the remotes that may hold a bundle, the likeliest first; raise Invalid.

    There may be none for a digest alone, which is then looked for wherever the registry tells.
    """
    if ref.local_path:
        path = ref.local_path.removeprefix("oci:")
        return [remote_name(f"oci:{path}" if path else "oci:", here.directory)]
    if ref.name and has_host(ref.name):
        return [remote_name(ref.name, here.directory)]
    base = base_of(here)
    if not ref.name:
        names = [here.remote, base]
    else:
        below = [f"{base}/{ref.name}", f"{base}/bundles/{ref.name}"] if base else []
        own = [name for name in (base, here.remote) if f"/{name}".endswith(f"/{ref.name}")]
        names = [*below, *own]
    found = [remote_name(name, here.directory) for name in dict.fromkeys(names) if _is_whole(name)]
    if not found and not base:
        raise Invalid(
            f"nothing says in which registry '{ref}' is",
            hint="set MODELOPS_BUNDLE_REGISTRY=HOST and REGISTRY_REPO=PATH, or write HOST/PATH:TAG",
        )
    if not found and not ref.digest:
        raise _unnamed_repository(ref, base)
    return found


def _unnamed_repository(ref: BundleRef, registry: str) -> Invalid:
    return Invalid(
        f"nothing says in which repository of '{registry}' '{ref}' is",
        hint=f"set REGISTRY_REPO=PATH beside MODELOPS_BUNDLE_REGISTRY, or write {registry}/PATH:TAG",
    )


def _is_whole(name: str) -> bool:
    """Tell whether a name can be a remote: a registry alone is none."""
    return "/" in name or is_directory(name)


def base_of(here: BundleSource) -> str:
    """Return what names are below: a registry with a path, as settings or environment have them, or nothing."""
    settings = here.settings
    repository = without_scheme(settings.repository.strip("/"))
    if has_host(f"{repository}/"):
        return repository
    registry = settings.registry or (here.environment.login_server if here.environment else "")
    if is_directory(registry):
        return f"{registry.rstrip('/')}/{repository}".rstrip("/")
    registry = without_scheme(registry)
    if not registry and repository:
        raise Invalid(
            f"REGISTRY_REPO is '{repository}', but nothing names its registry",
            hint="set MODELOPS_BUNDLE_REGISTRY to its host, or put the host into REGISTRY_REPO",
        )
    return registry if "/" in registry or not repository else f"{registry}/{repository}"


def _find(store: Store, remote: Remote, ref: BundleRef) -> Bundle | None:
    """Return the version of a remote, or None when it has none."""
    if not ref.digest:
        digest = remote.resolve_tag(ref.version or DEFAULT_TAG)
        return fetch_cached_version(store, remote, digest) if digest else None
    try:
        # What is cached may be of any remote: it tells what a version is, and not that this remote has it.
        found = remote.fetch_manifest(ref.digest)
    except NotFound:
        return None
    return fetch_cached_version(store, remote, store.objects.put(found.data))


def _with_neighbours(names: list[str], ref: BundleRef, here: BundleSource) -> Iterator[str]:
    """Yield remotes, then, for a digest without a name, the repositories below the registry's."""
    yield from names
    if ref.digest and not ref.name and not ref.local_path and (base := base_of(here)):
        below = [name for name in _repositories_below(base, here) if name not in names]
        yield from below[:MAX_REPOSITORIES]


def _repositories_below(base: str, here: BundleSource) -> list[str]:
    if is_directory(base):
        root = Path(remote_name(base, here.directory).removeprefix("oci:"))
        found = [path for pattern in ("*", "*/*") for path in sorted(root.glob(pattern)) if is_layout(path)]
        return [f"oci:{path}" for path in found]
    from modelops_bundle.registry.catalog import repositories_below

    host = base.partition("/")[0]
    return repositories_below(base, settings_for(host, here.settings, here.environment))
