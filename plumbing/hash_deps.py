"""hash-deps: print the composite digests of models and targets, or that of the environment."""

from collections.abc import Iterable, Iterator

import click

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.entries import digests_of
from modelops_bundle.models.environment_digest import LOCK_FILES, RunEnvironment, environment_digest
from modelops_bundle.models.registering.recording import look_around
from modelops_bundle.models.registering.registration import what_is_wrong
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.models.selection import entry_named
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, nul_option, pass_session
from modelops_bundle.safe_path import check_path


def hash_deps(project: Project, names: Iterable[str] = ()) -> Iterator[tuple[str, Digest]]:
    """Yield the id and the composite digest of models and targets as their files are now, by default of all.

    Raises NotFound for a name that is not registered, and for one that lacks a file, and UnsafePath for one that
    needs a file whose name no bundle takes.
    """
    registry = read_registry(project)
    entries = [entry_named(registry, name) for name in names]
    around = look_around(project)
    for entry in entries or [*registry.models.values(), *registry.targets.values()]:
        now = around.present(entry)
        if not now.entry.digest or not now.class_found:
            for path in digests_of(now.entry):
                check_path(path)  # a name that no bundle takes leaves an entry without a digest
            raise NotFound(f"'{entry.id}' {what_is_wrong(now)}", hint=f"modelops-bundle status '{entry.id}'")
        yield entry.id, parse_digest(now.entry.digest)
    around.sources.save()


def hash_environment(project: Project, python: str = "", platform: str = "", container: str = "") -> Digest:
    """Return the digest of the project's environment: its lock files as they are now, and what is said of it."""
    sources = look_around(project).sources
    files = {path: digest for path in LOCK_FILES if (digest := sources.digest(path))}
    return environment_digest(RunEnvironment(files, python, platform, container))


@click.command()
@click.option("--environment", is_flag=True, help="Print the digest of the environment, from the lock files.")
@click.option("--python", default="", metavar="VERSION", help="With --environment: the version of Python.")
@click.option("--platform", default="", metavar="NAME", help="With --environment: the platform.")
@click.option("--container", default="", metavar="IMAGE", help="With --environment: the container image.")
@nul_option
@click.argument("names", nargs=-1)
@pass_session
def command(
    session: Session,
    environment: bool,
    python: str,
    platform: str,
    container: str,
    nul: bool,
    names: tuple[str, ...],
) -> None:
    """Print `digest TAB id` for the models and targets NAMES as they are on disk now, by default for all.

    A digest covers the entry point, what all code means, and the bytes of all data. Stale or not does not matter.
    """
    out = RecordWriter(nul=nul)
    if environment:
        if names:
            raise Invalid("--environment takes no NAMES", hint="modelops-bundle hash-deps --help")
        out.record(hash_environment(session.project, python, platform, container), "environment")
        return
    if python or platform or container:
        raise Invalid("--python, --platform and --container tell of the environment", hint="add --environment")
    for id, digest in hash_deps(session.project, names):
        out.record(digest, id)
