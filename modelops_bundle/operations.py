"""What `resolve`, `materialize`, `fetch-external`, `export` and `push` do, for programs.

The shape is that of the earlier `modelops_bundles.operations`. Nothing here prints: each operation returns what it
found or did, and raises errors of `modelops_bundle.errors`, whose `exit_code` is that of the command.
"""

import os
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import get_ident

from modelops_bundle.api import push_project
from modelops_bundle.archive.compression import LEVEL, compression_of
from modelops_bundle.archive.directory_archive import Exported, export_directory
from modelops_bundle.checkout.project import NotAProject, Project
from modelops_bundle.errors import Invalid
from modelops_bundle.fetching.contents import Origin
from modelops_bundle.materializing.fulfilment import BlobOrigin, fulfil
from modelops_bundle.materializing.materialize import MaterializeResult, materialize
from modelops_bundle.materializing.plan import Options, Plan
from modelops_bundle.remotes.opening import choose_remote, environment_of
from modelops_bundle.resolving.bundle_lookup import Surroundings
from modelops_bundle.resolving.bundle_ref import BundleRef, parse_bundle_ref
from modelops_bundle.resolving.resolution import ResolvedBundle, resolved
from modelops_bundle.settings import Settings
from modelops_bundle.storage.stores import Storage
from modelops_bundle.store.store import Store
from modelops_bundle.store.user_cache import opened_cache, temporary_cache

__all__ = [
    "BundleRef",
    "Exported",
    "MaterializeResult",
    "Operations",
    "OpsConfig",
    "ResolvedBundle",
    "default_provider_from_env",
]


@dataclass(frozen=True, slots=True)
class OpsConfig:
    """How operations work: `cache` is whether the user's cache is used, `zstd_level` how hard `export` compresses.

    `ci`, `human` and `verbose` are for programs that show what operations return; they change nothing here.
    """

    ci: bool = False
    cache: bool = True
    zstd_level: int = LEVEL
    human: bool = True
    verbose: bool = False


def default_provider_from_env(directory: str | Path = ".") -> Surroundings:
    """Return where bundles come from: what variables, the environment, and the project at a directory say."""
    settings, here = Settings.from_environment(), Path(directory).absolute()
    try:
        project = Project.discover(here)
    except NotAProject:
        return Surroundings(settings, here, environment_of(None, settings))
    choice = choose_remote(project, settings)
    return Surroundings(settings, here, environment_of(project, settings), choice.name if choice else "")


class Operations:
    """The operations on bundles; `provider` says where those come from, by default what the environment says."""

    def __init__(self, config: OpsConfig | None = None, provider: Surroundings | None = None) -> None:
        self.config = config or OpsConfig()
        self.provider = provider or default_provider_from_env()

    def resolve(self, ref: BundleRef | str) -> ResolvedBundle:
        """Return the version that a reference stands for; nothing but the cache is written.

        Raises NotFound (1), Invalid (2), TransferFailed (3), AuthRefused (4), IntegrityError (5) and
        UnsupportedMediaType (10).
        """
        with (
            self._store(f"resolve {os.getpid()} {get_ident()}") as store,
            resolved(store, _reference(ref), self.provider) as (bundle, _),
        ):
            return bundle

    def materialize(
        self,
        ref: BundleRef | str,
        dest: str | Path,
        *,
        role: str | None = None,
        overwrite: bool = False,
        prefetch_external: bool = False,
    ) -> MaterializeResult:
        """Put the files that a role needs of a bundle into a directory: all of them, or nothing.

        Raises what `resolve` raises, RoleMismatch (11), and WorkingTreeConflict (12) naming every path.
        """
        root = self._path(dest)
        with (
            self._store(f"materialize {root}") as store,
            resolved(store, _reference(ref), self.provider) as (bundle, remote),
            closing(self._storage()) as storage,
        ):
            origin = Origin(remote, jobs=self.provider.settings.jobs, open_store=storage.open)
            return materialize(store, origin, bundle, root, role, Options(overwrite, prefetch_external))

    def pull(
        self,
        ref: BundleRef | str,
        dest: str | Path,
        *,
        role: str | None = None,
        overwrite: bool = False,
        prefetch_external: bool = False,
    ) -> MaterializeResult:
        """Do what `materialize` does, under the name that the earlier tool has for it, too."""
        return self.materialize(ref, dest, role=role, overwrite=overwrite, prefetch_external=prefetch_external)

    def fetch_external(self, dest: str | Path, *, overwrite: bool = False) -> Plan:
        """Fetch what pointers in a materialized directory stand for: all of it, or nothing."""
        root = self._path(dest)
        with self._store(f"materialize {root}") as store, closing(self._storage()) as storage:
            origin = BlobOrigin(storage.open, jobs=self.provider.settings.jobs)
            return fulfil(store, origin, root, overwrite=overwrite)

    def export(
        self,
        src_dir: str | Path | None = None,
        out_path: str | Path | None = None,
        *,
        workdir: str | Path | None = None,
        dest: str | Path | None = None,
        include_external: bool = False,
    ) -> Exported:
        """Write a directory into an archive, `.tar` or `.tar.zst`, the same for the same content everywhere.

        `workdir` and `dest` are other names of `src_dir` and `out_path`. Raises Invalid (2).
        """
        source = self._path(_one_of("src_dir", src_dir, "workdir", workdir))
        out = self._path(_one_of("out_path", out_path, "dest", dest))
        return export_directory(
            source,
            out,
            compression_of(out),
            include_external=include_external,
            level=self.config.zstd_level,
            threads=self.provider.settings.jobs,
        )

    def push(self, working_dir: str | Path = ".", *, tag: str | None = None) -> str:
        """Publish the project that a directory lies in, and return the digest; raises as `api.push_dir` does."""
        return push_project(self._path(working_dir), tag)

    def _store(self, purpose: str) -> AbstractContextManager[Store]:
        return opened_cache(self.provider.settings.cache_dir, purpose) if self.config.cache else temporary_cache()

    def _storage(self) -> Storage:
        return Storage(self.provider.settings, self.provider.environment)

    def _path(self, name: str | Path) -> Path:
        return (self.provider.directory / name).resolve()


def _reference(ref: BundleRef | str) -> BundleRef:
    """Return a reference as its grammar has it: names and digits may have come with capitals."""
    if isinstance(ref, str):
        return parse_bundle_ref(ref)
    return ref if ref.local_path else replace(parse_bundle_ref(str(ref)), role=ref.role)


def _one_of(name: str, value: str | Path | None, other: str, given: str | Path | None) -> str | Path:
    found = [each for each in (value, given) if each is not None]
    if len(found) != 1:
        raise Invalid(f"either '{name}' or '{other}' is to be given", hint=f"export({name}=…)")
    return found[0]
