"""import: take in what export wrote, verified."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelops_bundle.archive.unpacking_archive import OpenArchive, open_archive, restore_directory, staging_in
from modelops_bundle.archive.version_import import (
    Gathered,
    Imported,
    find_version,
    gather,
    keep_contents,
    send_version,
    unpack_layout,
)
from modelops_bundle.checkout.local_tags import create_tag
from modelops_bundle.checkout.project import NotAProject
from modelops_bundle.errors import Invalid
from modelops_bundle.plumbing._session import Session, json_option, pass_session, remote_option
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import human_size, print_json, say, talk
from modelops_bundle.remotes.opening import choose_remote
from modelops_bundle.store.store import Store
from modelops_bundle.tags import check_tag

if TYPE_CHECKING:
    from modelops_bundle.checkout.project import Project
    from modelops_bundle.remote import Remote


@dataclass(frozen=True, slots=True)
class Choice:
    """Which version of an archive, what to name it, and whether a tag may move."""

    version: str
    tag: str
    force: bool

    def tags(self, found: Imported) -> list[str]:
        """Return the names that the version gets: the one wanted, or those of the archive."""
        return [check_tag(self.tag)] if self.tag else list(found.tags)


@click.command()
@click.option("--version", "wanted", default="", metavar="REF", help="Import this tag or digest of several.")
@click.option("--tag", default="", metavar="NAME", help="Name the version so, not as the archive does.")
@click.option("-f", "--force", is_flag=True, help="Move a tag that names another version.")
@remote_option
@json_option
@click.argument("file", type=click.Path())
@click.argument("directory", type=click.Path(), default="")
@pass_session
def command(
    session: Session,
    wanted: str,
    tag: str,
    force: bool,
    remote: str,
    as_json: bool,
    file: str,
    directory: str,
) -> None:
    """Unpack the archive of a directory as DIRECTORY, or make the version in an archive known here.

    A version is kept in the project, under its tag; with --remote it is published there instead, and no project is
    needed. Blobs that the archive leaves out must be here or at the remote. Nothing unverified is kept.
    """
    with open_archive(session.file(file)) as archive:
        if archive.promised:
            if remote or tag or wanted or force:
                raise Invalid(
                    f"'{file}' is the archive of a directory: it has no tag and goes to no remote",
                    hint=f"modelops-bundle import {file} DIRECTORY",
                )
            _import_directory(session, archive, file, directory, as_json)
        elif directory:
            raise Invalid(
                f"'{file}' is not the archive of a directory that export wrote",
                hint=f"modelops-bundle import {file} takes in a version; any other archive: tar -xf {file}",
            )
        elif remote:
            _import_to_remote(session, archive, remote, Choice(wanted, tag, force), as_json)
        else:
            _import_to_project(session, archive, Choice(wanted, tag, force), as_json)


def _import_directory(session: Session, archive: OpenArchive, file: str, directory: str, as_json: bool) -> None:
    name = directory or Path(file).name.removesuffix(".zst").removesuffix(".tar")
    if session.file(name) == session.file(file):
        raise Invalid(f"no directory to unpack '{file}' as", hint=f"modelops-bundle import {file} DIRECTORY")
    tree = restore_directory(archive, session.file(name))
    if as_json:
        print_json({"to": name, "tree": tree.digest(), "files": len(tree), "size": tree.size()})
        return
    say(f"Imported {file} as {name}")
    say(f"Tree: {tree.digest()}; {count_of(len(tree), 'file')}, {human_size(tree.size())}")


def _import_to_project(session: Session, archive: OpenArchive, choice: Choice, as_json: bool) -> None:
    project = session.project
    with _own_remote(session, project) as elsewhere, staging_in(project.objects.tmp) as directory:
        unpack_layout(archive, directory)
        source = Gathered(directory, project.objects, elsewhere)
        version = gather(project, source, *find_version(source, choice.version))
        names = choice.tags(version)
        keep_contents(project, source, version)
        for name in names:
            create_tag(project, name, version.bundle.digest, force=choice.force)
        connected = elsewhere is not None
    _report(version, names, "", as_json)
    if not as_json and not connected:
        hint = f"modelops-bundle import {archive.file.name} --remote oci:DIRECTORY makes one of the archive"
        talk(session, f"to pull it, the project needs a remote: {hint}")


def _import_to_remote(session: Session, archive: OpenArchive, remote: str, choice: Choice, as_json: bool) -> None:
    with (
        _some_store(session) as store,
        session.remote(remote) as opened,
        staging_in(store.objects.tmp) as directory,
    ):
        unpack_layout(archive, directory)
        source = Gathered(directory, store.objects, opened)
        version = gather(store, source, *find_version(source, choice.version))
        names = choice.tags(version)
        if not names:
            raise Invalid("the archive gives the version no tag", hint="name it: --tag NAME")
        with shown_progress(session) as on_event:
            for name in names:
                send_version(opened, source, version, name, force=choice.force, on_event=on_event)
        where = opened.name
    _report(version, names, where, as_json)


def _report(version: Imported, tags: list[str], where: str, as_json: bool) -> None:
    bundle = version.bundle
    if as_json:
        print_json({"to": where or None, "tags": tags, "digest": bundle.digest, "tree": bundle.config.tree})
        return
    shown = ", ".join(f"{where}:{tag}" if where else tag for tag in tags) or "a version without a tag"
    say(f"Imported {shown}: {count_of(bundle.config.files, 'file')}, {human_size(bundle.config.size)}")
    say(f"Digest: {bundle.digest}")


@contextmanager
def _own_remote(session: Session, project: "Project") -> "Iterator[Remote | None]":
    """Open the remote of the project, if it has one, which may hold what the archive lacks."""
    if choose_remote(project, session.settings) is None:
        yield None
        return
    with session.remote() as opened:
        yield opened


@contextmanager
def _some_store(session: Session) -> Iterator[Store]:
    """Give the project's store, or outside of projects one that is gone afterwards."""
    try:
        yield session.project
    except NotAProject:
        with tempfile.TemporaryDirectory() as directory:
            yield Store(Path(directory))
