"""What commands do, for programs: `resolve`, `materialize`, `export`, `scan`, `plan`, `diff`, `push` and others.

The shape is that of the earlier `modelops_bundles.operations`. Nothing here prints: operations return what they
found or did, and raise errors of `modelops_bundle.errors`, whose exit code is that of the command.
"""

import os
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.api import project_at, push_found
from modelops_bundle.archive.compression import LEVEL, ArchiveFile, check_level, compression_of
from modelops_bundle.archive.directory_archive import Exported, export_directory
from modelops_bundle.arguments import path_argument
from modelops_bundle.bundles.tree_diff import Difference
from modelops_bundle.checkout.local_config import read_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import Invalid
from modelops_bundle.failure import EXIT_CODES, exit_code_for, run_and_exit
from modelops_bundle.materializing.fulfilment import BlobOrigin, fulfil
from modelops_bundle.materializing.materialize import MaterializeResult
from modelops_bundle.materializing.plan import Options, Plan
from modelops_bundle.materializing.wanted import Wanted, materialize_wanted
from modelops_bundle.pushing.next_version import Part
from modelops_bundle.pushing.project_push import PlannedPush, PushOptions, plan_project_push
from modelops_bundle.remotes.opening import environment_of
from modelops_bundle.resolving.bundle_lookup import BundleSource, bundle_source_at, bundle_source_of
from modelops_bundle.resolving.bundle_ref import BundleRef, NamesBundle, bundle_ref_of
from modelops_bundle.resolving.resolution import ResolvedBundle, resolved
from modelops_bundle.settings import Settings
from modelops_bundle.storage.stores import Storage
from modelops_bundle.store.store import Store
from modelops_bundle.store.user_cache import opened_cache, temporary_cache
from modelops_bundle.sync.comparison import compare_with, compare_with_base, names_path
from modelops_bundle.sync.published import published_at
from modelops_bundle.sync.scanning import Scan, ScannedFile, scanned_files
from modelops_bundle.sync.status import look_at

__all__ = [
    "EXIT_CODES",
    "BundleRef",
    "Difference",
    "Exported",
    "MaterializeResult",
    "Operations",
    "OpsConfig",
    "Part",
    "PlannedPush",
    "ResolvedBundle",
    "Scan",
    "ScannedFile",
    "default_provider_from_env",
    "exit_code_for",
    "run_and_exit",
]


@dataclass(frozen=True, slots=True)
class OpsConfig:
    """How operations work: `cache` is whether the user's cache is used, `zstd_level` how hard `export` compresses.

    Programs for the earlier tool pass `ci`, `human` and `verbose`, too: operations show nothing, so they change
    nothing.
    """

    ci: bool = False
    cache: bool = True
    zstd_level: int = LEVEL
    human: bool = True
    verbose: bool = False

    def __post_init__(self) -> None:
        check_level(self.zstd_level)


def default_provider_from_env(directory: str | Path = ".") -> BundleSource:
    """Return where bundles come from: what variables, the environment, and the project at a directory say."""
    return bundle_source_at(Settings.from_environment(), path_argument("directory", directory).absolute())


class Operations:
    """The operations on bundles; `provider` says where those come from, by default what the environment says."""

    def __init__(self, config: OpsConfig | None = None, provider: BundleSource | None = None) -> None:
        self.config = config or OpsConfig()
        self.provider = provider or default_provider_from_env()

    def __reduce__(self) -> tuple[object, ...]:
        # What is sent to other processes holds no login: they have their own surroundings.
        return _operations_at, (type(self), self.config, str(self.provider.directory))

    def resolve(self, ref: NamesBundle | str | Path) -> ResolvedBundle:
        """Return the version that a reference stands for; nothing but the cache is written.

        Raises NotFound (1), Invalid (2), TransferFailed (3), AuthRefused (4), IntegrityError (5) and
        UnsupportedMediaType (10).
        """
        with (
            self._store(f"resolve {os.urandom(8).hex()}") as store,
            resolved(store, bundle_ref_of(ref), self.provider) as (bundle, _),
        ):
            return bundle

    def materialize(
        self,
        ref: NamesBundle | str | Path,
        dest: str | Path,
        *,
        role: str | None = None,
        overwrite: bool = False,
        prefetch_external: bool = False,
    ) -> MaterializeResult:
        """Put the files that a role needs of a bundle into a directory: all of them, or nothing.

        Raises what `resolve` raises, RoleMismatch (11), and WorkingTreeConflict (12) naming every path.
        """
        wanted = Wanted(bundle_ref_of(ref), self._path("dest", dest), role, Options(overwrite, prefetch_external))
        with self._store(f"materialize {wanted.destination}") as store:
            return materialize_wanted(store, wanted, self.provider)

    pull = materialize
    """The name that the earlier tool has for `materialize`, too."""

    def fetch_external(self, dest: str | Path, *, overwrite: bool = False) -> Plan:
        """Fetch what pointers in a materialized directory stand for: all of it, or nothing."""
        root = self._path("dest", dest)
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
        source = self._path("src_dir", _one_of("src_dir", src_dir, "workdir", workdir))
        out = self._path("out_path", _one_of("out_path", out_path, "dest", dest))
        archive = ArchiveFile(out, compression_of(out), self.config.zstd_level, self.provider.settings.jobs)
        return export_directory(source, archive, include_external=include_external)

    def scan(self, working_dir: str | Path = ".") -> Scan:
        """Return the tracked files of the project that a directory lies in: what changed, and where each is put.

        As `status --files`: asks no remote. Raises NoProject, and Invalid for a configuration that makes no sense.
        """
        project = project_at(self._path("working_dir", working_dir))
        remote, tag = self._around(project).remote, read_local_config(project.local_path).tag
        with closing(Storage(self.provider.settings, environment_of(project, self.provider.settings))) as storage:
            status = look_at(project, remote, tag)
            policy = storage.policy(project.config.storage, published_at(project, remote, status.seen))
            return Scan(remote, tag, status.base, status.standing, tuple(scanned_files(status, policy.decide)))

    def plan(
        self,
        working_dir: str | Path = ".",
        *,
        tag: str | None = None,
        bump: Part | str | None = None,
        force: bool = False,
    ) -> PlannedPush:
        """Return what `push` would do, down to the byte, as `push --dry-run` tells it; raises what `push` does."""
        project = project_at(self._path("working_dir", working_dir))
        return plan_project_push(project, self.provider.settings, PushOptions(tag, _part(bump), force))

    def diff(
        self, ref_or_path: NamesBundle | str | Path = "", *, working_dir: str | Path = "."
    ) -> list[Difference]:
        """Return how the tracked files of a project differ from the version that REF names, sorted by path.

        Without REF, or with a path, which limits it to what is below, it is the version that a push builds on.
        Text that names a file, on disk or tracked, is a path. Raises NoProject, and what `resolve` raises.
        """
        project = project_at(self._path("working_dir", working_dir))
        here = self._around(project)
        if isinstance(ref_or_path, str | Path):
            file = self.provider.directory / ref_or_path
            if not ref_or_path:
                return compare_with_base(project, here.remote)
            if isinstance(ref_or_path, Path) or names_path(project, file):
                return compare_with_base(project, here.remote, project.bundle_path(file))
        return compare_with(project, bundle_ref_of(ref_or_path), here)

    def push(
        self,
        working_dir: str | Path = ".",
        *,
        tag: str | None = None,
        bump: Part | str | None = None,
        dry_run: bool = False,
        force: bool = False,
    ) -> str:
        """Publish the project that a directory lies in, and return the digest; raises as `api.push_dir` does.

        It goes to `tag`, or to the version after the remote's highest if `bump` is "patch", "minor" or "major", or
        to the project's tag. `force` discards changes that others pushed to the tag. With `dry_run`, nothing is
        sent, and the digest is the one that the bundle would have.
        """
        if dry_run:
            return self.plan(working_dir, tag=tag, bump=bump, force=force).digest
        project = project_at(self._path("working_dir", working_dir))
        return push_found(project, self.provider.settings, PushOptions(tag, _part(bump), force))

    def _around(self, project: Project) -> BundleSource:
        return bundle_source_of(project, self.provider.settings, self.provider.directory)

    def _store(self, purpose: str) -> AbstractContextManager[Store]:
        return opened_cache(self.provider.settings.cache_dir, purpose) if self.config.cache else temporary_cache()

    def _storage(self) -> Storage:
        return Storage(self.provider.settings, self.provider.environment)

    def _path(self, name: str, value: str | Path) -> Path:
        return (self.provider.directory / path_argument(name, value)).resolve()


def _part(bump: Part | str | None) -> Part | None:
    try:
        return Part(bump) if bump is not None else None
    except ValueError:
        raise Invalid(f"no part of a version: '{bump}'", hint="bump is patch, minor or major") from None


def _operations_at(kind: type[Operations], config: OpsConfig, directory: str) -> Operations:
    return kind(config, default_provider_from_env(directory))


def _one_of(name: str, value: str | Path | None, other: str, given: str | Path | None) -> str | Path:
    found = [each for each in (value, given) if each is not None]
    if len(found) != 1:
        raise Invalid(f"either '{name}' or '{other}' is to be given", hint=f"export({name}=…)")
    return found[0]
