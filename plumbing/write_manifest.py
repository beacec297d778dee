"""write-manifest: make a version of the tracked files, and keep its documents in the object store."""

import sys
from collections.abc import Iterable

import click

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import EMPTY, MODES, Tree, TreeEntry, tree_of
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import snapshot
from modelops_bundle.digest import parse_digest
from modelops_bundle.errors import IntegrityError, Invalid
from modelops_bundle.packs.packing import Known
from modelops_bundle.packs.writer import FinishedPack
from modelops_bundle.plumbing._records import RecordWriter, read_records, split_path
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, stdin_option
from modelops_bundle.pushing.encoding import encode
from modelops_bundle.safe_path import check_path
from modelops_bundle.storage.stores import Storage


def write_manifest(project: Project, tree: Tree, storage: Storage) -> Bundle:
    """Describe a tree as a bundle and store its manifest, config, index and packs as objects.

    Files that go to a blob store are named by their URI there; nothing is sent. Raises TooManyLayers when the
    manifest would be too large for registries.
    """

    def keep(pack: FinishedPack) -> None:
        project.packs.keep(pack.layer, pack.payload)
        try:
            with pack.content.open() as stream:
                stored = project.objects.put_stream(stream)
            if stored != pack.layer.digest:
                project.objects.discard(stored)
                unlike = IntegrityError(f"pack '{pack.layer.digest}' was read twice, with two results")
                raise pack.content.changed_file() or unlike
        finally:
            pack.content.discard()

    external = storage.policy(project.config.storage).external(tree.values())
    return encode(project, tree, project.load_index(), Known(), keep, external)


class UnknownContent(Invalid):
    """A record names content that is neither an object nor that of the tracked file."""


def tree_from_records(records: Iterable[str], *, nul: bool) -> Tree:
    """Read a tree from records `mode SP digest SP size TAB path`; raise Invalid, also for a path given twice."""
    entries: dict[str, TreeEntry] = {}
    for record in records:
        fields, path = split_path(record, nul=nul)
        parts = fields.split(" ")
        if len(parts) != 3 or parts[0] not in MODES or not parts[2].isdigit():
            raise Invalid(f"not 'mode digest size' TAB path: '{record[:200]}'", hint="modelops-bundle ls-files -s")
        if path in entries:
            raise Invalid(f"given twice: '{path}'", hint="modelops-bundle ls-files -s")
        entries[path] = TreeEntry(check_path(path), MODES[parts[0]], int(parts[2]), parse_digest(parts[1]))
    return tree_of(entries.values())


def check_contents(project: Project, tree: Tree) -> None:
    """Raise UnknownContent unless every file's bytes are an object of that size, or those of the tracked file."""
    index = project.load_index()
    for path, entry in tree.items():
        if entry.digest in project.objects:
            size = project.objects.size(entry.digest)
        else:
            known = index.get(path)
            size = known.size if known and known.digest == entry.digest else -1
        if size != entry.size:
            raise UnknownContent(
                f"content of '{path}' is not here: '{entry.digest}' of {entry.size} bytes",
                hint="store it first: modelops-bundle hash-object -w FILE",
            )


@click.command()
@stdin_option
@nul_option
@pass_session
def command(session: Session, from_stdin: bool, nul: bool) -> None:
    """Print the digest of a new manifest of the tracked files, or of the records of `ls-files -s` on stdin."""
    project = session.project
    if from_stdin:
        tree = tree_from_records(read_records(sys.stdin.buffer, nul=nul), nul=nul)
        check_contents(project, tree)
    else:
        with project.lock():
            tree = snapshot(project, EMPTY).tree()
    RecordWriter(nul=nul).record(write_manifest(project, tree, session.storage).digest)
