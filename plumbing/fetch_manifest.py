"""fetch-manifest: fetch a version's documents from a remote, so that it can be read without it."""

from collections.abc import Mapping

import click

from modelops_bundle.bundle import Bundle, read_bundle
from modelops_bundle.bundle_index import MAX_INDEX_BYTES, ChunkedDocument
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, is_digest
from modelops_bundle.errors import NotFound, UnsupportedMediaType
from modelops_bundle.media_types import DOCKER_MANIFEST_LIST, OCI_INDEX
from modelops_bundle.pack_reading import read_terms
from modelops_bundle.plumbing._records import RecordWriter
from modelops_bundle.plumbing._session import Session, nul_option, pass_session, remote_option
from modelops_bundle.project import Project
from modelops_bundle.remote import Remote
from modelops_bundle.transfer import fetch_document


def fetch_manifest(project: Project, remote: Remote, reference: str) -> Bundle:
    """Return a version of a remote, by tag or digest, keeping its verified documents as objects.

    A version that is known already costs no request. Raises NotFound, IntegrityError, UnsupportedMediaType.
    """
    if is_digest(reference) and Digest(reference) in project.read_before:
        return project.read_before[Digest(reference)]
    if is_digest(reference) and Digest(reference) in project.objects:
        data = project.objects.read(Digest(reference))
    else:
        found = remote.fetch_manifest(reference)
        if found.media_type in (OCI_INDEX, DOCKER_MANIFEST_LIST):
            raise UnsupportedMediaType(
                f"'{remote.name}:{reference}' is a list of images, not a bundle",
                hint=f"modelops-bundle ls-remote --remote {remote.name}",
            )
        data = found.data

    def fetch(blob: Descriptor) -> bytes:
        if blob.digest in project.objects:
            return project.objects.read(blob.digest)
        return fetch_document(remote, blob, MAX_INDEX_BYTES)

    def read_document(document: ChunkedDocument, packs: Mapping[Digest, Descriptor]) -> bytes:
        if document.digest in project.objects:
            return project.objects.read(document.digest)
        return read_terms(remote, project.packs, packs, document.terms, document.size)

    separator = "@" if is_digest(reference) else ":"
    bundle = read_bundle(data, fetch, read_document, f"'{remote.name}{separator}{reference}'")
    project.keep(bundle)
    return bundle


def fetch_tag(project: Project, remote: Remote, tag: str) -> Bundle | None:
    """Return the version that a remote's tag names now, or None when there is no such tag."""
    digest = remote.resolve_tag(tag)
    return fetch_manifest(project, remote, digest) if digest else None


def require_tag(project: Project, remote: Remote, tag: str) -> Bundle:
    """Return the version that a remote's tag names now; raise NotFound."""
    bundle = fetch_tag(project, remote, tag)
    if bundle is None:
        raise NotFound(
            f"no tag '{tag}' at '{remote.name}'", hint=f"modelops-bundle ls-remote --remote {remote.name}"
        )
    return bundle


@click.command()
@remote_option
@nul_option
@click.argument("reference")
@pass_session
def command(session: Session, remote: str, nul: bool, reference: str) -> None:
    """Fetch the manifest, config and index of REFERENCE, a tag or a digest, and print the digest."""
    with session.remote(remote) as opened:
        bundle = fetch_manifest(session.project, opened, reference.removeprefix("@"))
    RecordWriter(nul=nul).record(bundle.digest)
