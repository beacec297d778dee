"""export: write a directory or a published version into one file."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from modelops_bundle.errors import Invalid, NotFound, shortened
from modelops_bundle.plumbing._session import Session, json_option, pass_session, remote_option
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import human_size, print_json, say, talk

if TYPE_CHECKING:
    from modelops_bundle.archive.compression import ArchiveFile
    from modelops_bundle.archive.version_archive import Supply, Written
    from modelops_bundle.bundles.bundle import Bundle
    from modelops_bundle.progress import OnEvent
    from modelops_bundle.remote import Remote


@dataclass(frozen=True, slots=True)
class VersionRequest:
    """What is asked for: a version, as a ModelPack artifact or as it is, and the file or directory to write."""

    ref: str
    out: str
    compression: str | None
    since: str
    remote: str
    modelpack: bool

    def tag(self) -> str:
        """Return the tag that the layout has for the version; nothing where it was named otherwise."""
        from modelops_bundle.store.refs import HEAD
        from modelops_bundle.tags import is_tag

        return self.ref if is_tag(self.ref) and self.ref != HEAD else ""


@click.command()
@click.option(
    "--compression",
    type=click.Choice(["zstd", "none"]),
    help="How to compress. Default: as OUT is named; without OUT, zstd for a directory and none for a version.",
)
@click.option("--include-external", is_flag=True, help="Take files that lie in a blob store, not only pointers.")
@click.option("--oci-layout", is_flag=True, help="SOURCE is a version: write it as an OCI image layout.")
@click.option(
    "--format",
    "other_format",
    type=click.Choice(["modelpack"]),
    help="SOURCE is a version: write it as a CNCF ModelPack artifact, in an OCI image layout.",
)
@click.option("--since", default="", metavar="REF", help="Leave out the blobs of this version.")
@remote_option
@json_option
@click.argument("source", type=click.Path())
@click.argument("out", type=click.Path(), default="")
@pass_session
def command(
    session: Session,
    compression: str | None,
    include_external: bool,
    oci_layout: bool,
    other_format: str | None,
    since: str,
    remote: str,
    as_json: bool,
    source: str,
    out: str,
) -> None:
    """Write the directory SOURCE into the archive OUT, which is the same for the same content everywhere.

    With --oci-layout, --format or --since, SOURCE is a version instead, and OUT an OCI image layout: an archive
    or, without suffix, a directory; skopeo and `import` read it.
    """
    if oci_layout or since or other_format:
        if since and other_format:
            hint = f"modelops-bundle export --format {other_format} {source}"
            raise Invalid("--since is for versions in our own format", hint=hint)
        if include_external:
            raise Invalid(
                "--include-external is for a directory: the blob store keeps what a version has there",
                hint="modelops-bundle export --include-external DIRECTORY OUT",
            )
        wanted = VersionRequest(source, out, compression, since, remote, other_format is not None)
        _export_version(session, wanted, as_json)
        return
    if remote:
        raise Invalid("--remote is for a version", hint=f"modelops-bundle export --oci-layout {source}")
    _export_directory(session, source, out, compression, include_external, as_json)


def _export_directory(
    session: Session, source: str, out: str, compression: str | None, include_external: bool, as_json: bool
) -> None:
    from modelops_bundle.archive.directory_archive import export_directory

    name = out or (session.file(source).resolve().name or "archive") + _suffix(compression or "zstd")
    archive = _archive(session, name, compression)
    with shown_progress(session) as on_event:
        done = export_directory(
            session.file(source), archive, include_external=include_external, on_event=on_event
        )
    if done.left_out:
        talk(session, f"left out what belongs to this machine: {', '.join(shortened(done.left_out))}")
    if as_json:
        print_json(
            {
                "to": name,
                "tree": done.tree,
                "files": done.files,
                "size": done.size,
                "external": list(done.external),
                "external_included": include_external,
            }
        )
        return
    say(f"Exported {source} to {name}")
    say(f"External data: {'included' if include_external else 'pointer files only'}")
    say(f"Tree: {done.tree}; {count_of(done.files, 'file')}, {human_size(done.size)}")


def _export_version(session: Session, wanted: VersionRequest, as_json: bool) -> None:
    from modelops_bundle.archive.version_archive import Supply
    from modelops_bundle.plumbing._version import version_of

    bundle = version_of(session, wanted.ref, wanted.remote)
    known = version_of(session, wanted.since, wanted.remote) if wanted.since else None
    label = wanted.tag() or bundle.digest[7:19]
    name = wanted.out or f"{session.project.root.name}-{label}{_suffix(wanted.compression or 'none')}"
    with shown_progress(session) as on_event, _source(session, wanted.remote) as opened:
        supply = Supply(session.project, opened, on_event)
        if wanted.modelpack:
            bundle = _as_modelpack(session, bundle, opened, on_event)
        done = _write_version(session, wanted, supply, bundle, known, name)
    _report_version(session, wanted, bundle, done, name, as_json)


def _source(session: Session, remote: str) -> "AbstractContextManager[Remote | None]":
    """Open the remote that has what is not here, if any is named."""
    from modelops_bundle.remotes.opening import choose_remote

    asked = remote or choose_remote(session.project, session.settings)
    return session.remote(remote) if asked else nullcontext()


def _write_version(
    session: Session, wanted: VersionRequest, supply: "Supply", bundle: "Bundle", known: "Bundle | None", name: str
) -> "Written":
    """Write an archive, or a layout directory if the name has no suffix of one; leave out what is known."""
    from modelops_bundle.archive.version_archive import write_version_archive, write_version_layout

    target = session.file(name)
    if target.suffix in (".tar", ".zst") or wanted.compression:
        left_out = [blob.digest for blob in known.blobs()] if known else []
        archive = _archive(session, name, wanted.compression)
        return write_version_archive(supply, bundle, wanted.tag(), archive, left_out)
    if known:
        raise Invalid(f"--since writes an archive, not a directory: '{name}'", hint="name it so: OUT.tar")
    if not wanted.tag():
        raise Invalid("in a directory, a version needs a tag", hint=f"modelops-bundle tag NAME {wanted.ref}")
    return write_version_layout(supply, bundle, wanted.tag(), target)


def _report_version(
    session: Session, wanted: VersionRequest, bundle: "Bundle", done: "Written", name: str, as_json: bool
) -> None:
    from modelops_bundle.bundles.places import External

    files = {} if wanted.modelpack else bundle.index.files
    elsewhere = sum(isinstance(it.place, External) for it in files.values())
    if elsewhere:
        talk(session, f"{count_of(elsewhere, 'file')} of it lie in a blob store, and stay there")
    if as_json:
        print_json(
            {
                "to": name,
                "digest": bundle.digest,
                "tree": bundle.config.tree,
                "blobs": done.blobs,
                "size": done.size,
                "blobs_left_out": done.left_out,
                "size_left_out": done.left_out_size,
                "external": elsewhere,
            }
        )
        return
    say(f"Exported {wanted.ref} to {name}: {count_of(done.blobs, 'blob')}, {human_size(done.size)}")
    if wanted.since:
        left_out = f"{count_of(done.left_out, 'blob')}, {human_size(done.left_out_size)}"
        say(f"Left out what {wanted.since} has: {left_out}")
    say(f"Digest: {bundle.digest}")


def _as_modelpack(session: Session, bundle: "Bundle", remote: "Remote | None", on_event: "OnEvent") -> "Bundle":
    """Fetch what is no blob of its own at the remote, and return the version as a ModelPack artifact."""
    from modelops_bundle.archive.modelpack import modelpack_of, not_here
    from modelops_bundle.fetching.contents import fetch_contents

    artifact = modelpack_of(bundle)
    if missing := not_here(session.project, bundle):
        if remote is None:
            raise NotFound(
                f"{count_of(len(missing), 'file')} of the version are not here, and there is no remote to ask",
                hint="name the remote that has the version: --remote REMOTE",
            )
        fetch_contents(session.project, session.origin(remote, on_event), bundle, missing)
    return artifact


def _archive(session: Session, name: str, compression: str | None) -> "ArchiveFile":
    """Return the archive to write; raise Invalid when its name contradicts the compression."""
    from modelops_bundle.archive.compression import ArchiveFile, Compression, compression_of

    path = session.file(name)
    kind = compression_of(path, Compression(compression) if compression else None)
    return ArchiveFile(path, kind, threads=session.settings.jobs)


def _suffix(compression: str) -> str:
    from modelops_bundle.archive.compression import Compression

    return Compression(compression).suffix
