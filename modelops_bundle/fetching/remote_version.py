"""A version's documents from a remote: verified, and kept so that it can be read without the remote later."""

from collections.abc import Mapping

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.bundle_index import ChunkedDocument
from modelops_bundle.bundles.media_types import DOCKER_MANIFEST_LIST, OCI_INDEX
from modelops_bundle.bundles.reading import read_bundle
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest, is_digest
from modelops_bundle.errors import NotFound, UnsupportedMediaType
from modelops_bundle.fetching.documents import RemoteDocuments
from modelops_bundle.packs.reading import read_terms
from modelops_bundle.remote import Remote
from modelops_bundle.store.store import Store


def fetch_version(store: Store, remote: Remote, reference: str) -> Bundle:
    """Return a version of a remote, by tag or digest, keeping its verified documents as objects.

    A version that is known already costs no request. Raises NotFound, IntegrityError, UnsupportedMediaType.
    """
    if is_digest(reference) and Digest(reference) in store.read_before:
        return store.read_before[Digest(reference)]
    if is_digest(reference) and Digest(reference) in store.objects:
        data = store.objects.read(Digest(reference))
    else:
        found = remote.fetch_manifest(reference)
        if found.media_type in (OCI_INDEX, DOCKER_MANIFEST_LIST):
            raise UnsupportedMediaType(
                f"'{remote.name}:{reference}' is a list of images, not a bundle",
                hint=f"modelops-bundle ls-remote --remote {remote.name}",
            )
        data = found.data

    def read_document(document: ChunkedDocument, packs: Mapping[Digest, Descriptor]) -> bytes:
        if document.digest in store.objects:
            return store.objects.read(document.digest)
        return read_terms(remote, store.packs, packs, document.terms, document.size)

    what = f"'{remote.name}{'@' if is_digest(reference) else ':'}{reference}'"
    bundle = read_bundle(data, RemoteDocuments(remote, store.objects), read_document, what)
    store.keep(bundle)
    return bundle


def fetch_tag(store: Store, remote: Remote, tag: str) -> Bundle | None:
    """Return the version that a remote's tag names now, or None when there is no such tag."""
    digest = remote.resolve_tag(tag)
    return fetch_version(store, remote, digest) if digest else None


def require_tag(store: Store, remote: Remote, tag: str) -> Bundle:
    """Return the version that a remote's tag names now; raise NotFound."""
    bundle = fetch_tag(store, remote, tag)
    if bundle is None:
        raise NotFound(
            f"no tag '{tag}' at '{remote.name}'", hint=f"modelops-bundle ls-remote --remote {remote.name}"
        )
    return bundle
