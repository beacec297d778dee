"""Read and write manifests. Whatever comes in is checked against its digest and its media type."""

from typing import Any

from modelops_bundle.bundles.media_types import (
    DOCKER_MANIFEST,
    DOCKER_MANIFEST_LIST,
    LAYER_INDEX,
    OCI_INDEX,
    OCI_MANIFEST,
    ROLE_MANIFEST,
)
from modelops_bundle.digest import Digest, digest_of, is_digest
from modelops_bundle.errors import IntegrityError, NotFound, TransferFailed, UnsupportedMediaType
from modelops_bundle.files.canonical_json import MalformedDocument, decode
from modelops_bundle.registry.scope import pull_scope, push_scope
from modelops_bundle.registry.transport import Request, Transport
from modelops_bundle.registry.wire import Reply
from modelops_bundle.remote import MAX_MANIFEST_BYTES, RemoteManifest
from modelops_bundle.tags import check_tag

_ACCEPTED = (OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, ROLE_MANIFEST, LAYER_INDEX)
ACCEPT = {"Accept": ", ".join(_ACCEPTED)}
_SAYS_NOTHING = {"", "application/json", "application/octet-stream", "text/plain"}
STORED = {200, 201, 202, 204}

PUSH_REQUESTS = 1
"""How many requests `push_manifest` makes, if nothing goes wrong."""


def fetch_manifest(transport: Transport, reference: str) -> RemoteManifest:
    """Return a manifest by tag or digest, verified; see `Remote.fetch_manifest`."""
    if not is_digest(reference):
        check_tag(reference)
    repository = transport.reference.repository
    what = f"manifest '{reference}'"
    request = Request(
        "GET", f"/v2/{repository}/manifests/{reference}", (pull_scope(repository),), what, headers=ACCEPT
    )
    reply = transport.call(request, limit=MAX_MANIFEST_BYTES + 1)
    if reply.status != 200:
        raise transport.refusal(reply, what)
    if len(reply.body) > MAX_MANIFEST_BYTES:
        raise IntegrityError(f"{what} is larger than {MAX_MANIFEST_BYTES} bytes")
    digest = digest_of(reply.body)
    promised = reference if is_digest(reference) else content_digest(reply) or digest
    if digest != promised:
        raise IntegrityError(
            f"{what}: the registry sends bytes of digest '{digest}' as '{promised}'",
            hint="a proxy may have altered it: try again without it",
        )
    return RemoteManifest(digest, _media_type(reply, what), reply.body)


def push_manifest(transport: Transport, data: bytes, media_type: str) -> Digest:
    """Store a manifest under its digest and see that it is there; see `Remote.push_manifest`.

    Raises BlobsMissing when the registry lacks blobs that it names.
    """
    digest = digest_of(data)
    reply = transport.call(put_request(transport, digest, data, media_type))
    if reply.status not in STORED:
        raise transport.refusal(reply, f"manifest '{digest}'")
    if find_manifest(transport, digest, push_scope(transport.reference.repository)) != digest:
        raise TransferFailed(
            f"'{transport.reference.name}' took manifest '{digest}', but does not have it", hint="push again"
        )
    return digest


def put_request(transport: Transport, reference: str, data: bytes, media_type: str) -> Request:
    """Return the request that stores a manifest under a digest or a tag."""
    if len(data) > MAX_MANIFEST_BYTES:
        raise TransferFailed(
            f"manifest '{reference}' has {len(data)} bytes; registries take {MAX_MANIFEST_BYTES}",
            hint="modelops-bundle config storage.layout auto",
        )
    repository = transport.reference.repository
    return Request(
        "PUT",
        f"/v2/{repository}/manifests/{reference}",
        (push_scope(repository),),
        f"manifest '{reference}'",
        headers={"Content-Type": media_type},
        body=data,
    )


def find_manifest(transport: Transport, reference: str, scope: str) -> Digest | None:
    """Return the digest of the manifest that a tag or digest names now, or None when there is none."""
    repository = transport.reference.repository
    what = f"manifest '{reference}'"
    reply = transport.call(
        Request("HEAD", f"/v2/{repository}/manifests/{reference}", (scope,), what, headers=ACCEPT)
    )
    if reply.status == 404:
        return None
    digest = content_digest(reply)
    if reply.status == 200 and digest is not None:
        return digest
    if reply.status in (401, 403):
        raise transport.refusal(reply, what)
    # Old registries leave the digest out, some refuse HEAD, and some redirect it: read the manifest itself.
    try:
        return fetch_manifest(transport, reference).digest
    except NotFound:
        return None


def content_digest(reply: Reply) -> Digest | None:
    """Return the digest that a reply promises, or None when it promises none that we can check."""
    digest = reply.headers.get("docker-content-digest", "")
    return Digest(digest) if is_digest(digest) else None


def _media_type(reply: Reply, what: str) -> str:
    """Return the media type of a manifest; raise when its header and its body contradict each other.

    A document that can be read as two kinds of manifest shows different content to different tools
    (CVE-2021-41190).
    """
    document: Any = decode(reply.body, what, max_bytes=MAX_MANIFEST_BYTES)
    if not isinstance(document, dict):
        raise MalformedDocument(f"{what} is not a JSON object")
    header = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    stated = document.get("mediaType")
    media_type = stated if header in _SAYS_NOTHING and isinstance(stated, str) else header
    if stated is not None and stated != media_type:
        raise IntegrityError(f"{what} says that it is '{stated}', the registry that it is '{media_type}'")
    if ("layers" in document or "config" in document) and "manifests" in document:
        raise IntegrityError(f"{what} is a manifest and an index at once")
    if media_type not in _ACCEPTED:
        raise UnsupportedMediaType(
            f"{what} is of type '{media_type}', which we cannot read", hint="push it anew with a current tool"
        )
    return media_type
