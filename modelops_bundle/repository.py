"""The worker's door: bundles by digest, as directories on this machine.

The platform finds the class by the entry point `modelops_bundle` in the group `modelops.bundle_repos`, and speaks
to it by the protocol `BundleRepository` of its contracts.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from modelops_bundle.arguments import path_argument, text_argument
from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.registry.reference import check_host, check_repository
from modelops_bundle.remotes.connection import connect
from modelops_bundle.remotes.opening import environment_of
from modelops_bundle.remotes.reference_syntax import is_directory, without_scheme
from modelops_bundle.remotes.remote_reference import remote_name
from modelops_bundle.safe_path import printable
from modelops_bundle.settings import Settings
from modelops_bundle.tags import check_tag
from modelops_bundle.worker_cache.layout import CacheLayout
from modelops_bundle.worker_cache.shared_cache import SharedCache

_REFERENCE = re.compile(r"(?:([^@\s]+)@)?(sha256:[0-9a-f]{64})", re.IGNORECASE)


class NotADigestReference(Invalid, ValueError):
    """What a job names is not a bundle by its digest; jobs carry no tags, which may move while they run."""


class NotARegistry(Invalid, ValueError):
    """What is to be a registry, or a path in one, or a directory, is none of it."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A bundle and the remote that has it."""

    remote: str
    digest: Digest


class ModelOpsBundleRepository:
    """Bundles of a registry, each fetched once into a cache that any number of processes share.

    `registry_ref` is a registry, `HOST/PATH` in one, or a layout directory; a reference's repository is appended
    to it. `cache_structure` says how directories are named: `digest_short` or `digest`. `default_tag` is what the
    platform gives every repository; references to jobs hold digests only. `insecure` allows plain http.

    Logins come from the places that docs/environments.md lists. Raises NotARegistry and Invalid, at once.
    """

    def __init__(
        self,
        registry_ref: str | Path,
        cache_dir: str | Path,
        cache_structure: str = "digest_short",
        default_tag: str = "latest",
        insecure: bool = False,
    ) -> None:
        self.registry_ref = _registry(registry_ref)
        self.cache_dir = path_argument("cache_dir", cache_dir).absolute()
        self.cache_structure = text_argument("cache_structure", cache_structure)
        self.default_tag = check_tag(text_argument("default_tag", default_tag))
        self.insecure = insecure
        self._cache = SharedCache(CacheLayout(self.cache_dir, cache_structure))

    def __reduce__(self) -> tuple[object, ...]:
        # What is sent to other processes holds no login: they have their own surroundings.
        given = (self.registry_ref, str(self.cache_dir), self.cache_structure, self.default_tag, self.insecure)
        return type(self), given

    def ensure_local(self, bundle_ref: str) -> tuple[str, Path]:
        """Return the digest of a bundle and a directory with its files, fetched and verified if need be.

        `bundle_ref` is `sha256:<hex>` or `REPOSITORY@sha256:<hex>`. A bundle that is here costs no request.
        Raises ValueError for other references, NotFound, AuthRefused, TransferFailed, and IntegrityError when
        anything does not match its digest, the registry's dependencies included.
        """
        wanted = self._parse(bundle_ref)
        directory = self._cache.require(wanted.digest, wanted.remote, partial(self._origin, wanted.remote))
        return wanted.digest, directory

    def exists(self, bundle_ref: str) -> bool:
        """Ask the registry whether it has a bundle; raises as `ensure_local` does, but for NotFound."""
        wanted = self._parse(bundle_ref)
        with self._origin(wanted.remote) as origin:
            try:
                origin.remote.fetch_manifest(wanted.digest)
            except NotFound:
                return False
        return True

    def _parse(self, text: str) -> _Wanted:
        match = _REFERENCE.fullmatch(text_argument("bundle_ref", text).strip())
        if match is None:
            raise NotADigestReference(
                f"not a bundle by its digest: '{printable(text[:200])}'",
                hint="write sha256:<64 hex digits> or REPOSITORY@sha256:<64 hex digits>",
            )
        if not match[1] and not is_directory(self.registry_ref) and "/" not in self.registry_ref:
            raise NotADigestReference(
                f"'{self.registry_ref}' is a registry, and nothing names a repository of it",
                hint="write REPOSITORY@sha256:… in the reference, or HOST/REPOSITORY as registry_ref",
            )
        try:
            return _Wanted(self._remote_name(match[1] or ""), parse_digest(match[2].lower()))
        except Invalid as error:
            raise NotADigestReference(error.message, hint=error.hint) from None

    def _remote_name(self, repository: str) -> str:
        # Some write the registry into the reference too.
        repository = _canonical(repository).removeprefix(f"{self.registry_ref}/")
        if repository and repository != self.registry_ref:
            name = f"{self.registry_ref.rstrip('/')}/{check_repository(repository)}"
        else:
            name = self.registry_ref
        return remote_name(name, Path())

    @contextmanager
    def _origin(self, name: str) -> Iterator[Origin]:
        settings = Settings.from_environment()
        settings = replace(settings, insecure=settings.insecure or self.insecure)
        with connect(name, settings, environment_of(None, settings)) as connection:
            yield connection.origin()


def _registry(given: str | Path) -> str:
    """Return a registry's name that means the same in other processes; raise NotARegistry."""
    name = f"oci:{given}" if isinstance(given, Path) else text_argument("registry_ref", given)
    try:
        canonical = _canonical(name)
        if "/" not in canonical:
            check_host(canonical)
        elif not is_directory(canonical):
            remote_name(canonical, Path())
    except Invalid as error:
        raise NotARegistry(
            f"registry_ref names no registry: {error.message}",
            hint="write HOST, HOST/PATH or oci:DIRECTORY; which version it is, references say",
        ) from None
    return canonical


def _canonical(name: str) -> str:
    """Return a name that means the same in other processes, wherever they stand; raise Invalid."""
    if not is_directory(name):
        return without_scheme(name)
    directory = name.removeprefix("oci:")
    return remote_name(f"oci:{Path(directory).absolute()}" if directory else name, Path())
