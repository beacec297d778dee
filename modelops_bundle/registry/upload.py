"""Send blobs: one POST that opens an upload, one PUT that carries all the bytes and ends it.

Every registry takes that, and each other way is refused by some: PATCH by Google's, or above 4 MiB by GitHub's.
An upload is not resumed: blobs are small enough to be sent again.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO
from urllib.parse import quote

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import PREFIX, Digest
from modelops_bundle.errors import AuthRefused, BundleError, IntegrityError, Invalid
from modelops_bundle.registry.location import commit_url, upload_url
from modelops_bundle.registry.retry import Transient
from modelops_bundle.registry.scope import pull_scope, push_scope
from modelops_bundle.registry.transport import Request, Transport
from modelops_bundle.registry.wire import COMMIT_SECONDS, Reply
from modelops_bundle.remote import BlobStatus

SMALL_BLOB = 4 << 10
"""Below this size in bytes, to ask for a blob costs as much as to send it."""

TOKEN_SECONDS = 60.0
"""How long a token must hold when a body is about to be sent: some registries check it at the end as well."""

_BLOCK = 1 << 20
_FOUND = {200, 301, 302, 303, 307, 308}
_STORED = {200, 201, 202, 204}
_SESSION_LOST = {404, 416}


class ContentChanged(IntegrityError):
    """The bytes to send are not those that the digest was made of."""


def has_blob(transport: Transport, digest: Digest) -> bool:
    """Tell whether a blob is there; see `Remote.has_blob`."""
    repository = transport.reference.repository
    request = Request("HEAD", f"/v2/{repository}/blobs/{digest}", (push_scope(repository),), f"blob '{digest}'")
    try:
        # A redirect to the storage says that it is there, too.
        return transport.call(request).status in _FOUND
    except AuthRefused:
        return False


def blob_cost(transport: Transport, blob: Descriptor) -> tuple[int, int]:
    """Return what `push_blob` would take if nothing goes wrong; see `Remote.blob_cost`."""
    if blob.size < SMALL_BLOB:
        return 2, blob.size
    return (1, 0) if has_blob(transport, blob.digest) else (3, blob.size)


def push_blob(transport: Transport, blob: Descriptor, open_content: Callable[[], BinaryIO]) -> BlobStatus:
    """Store a blob unless it is there; see `Remote.push_blob`."""
    if blob.size == 0:
        raise Invalid(
            "an empty blob cannot be pushed: several registries refuse it",
            hint="leave it out: an empty file of a bundle needs no blob",
        )
    if blob.size >= SMALL_BLOB and has_blob(transport, blob.digest):
        return BlobStatus.EXISTS
    patience = transport.policy.patience(transport.reference.api_host)
    while True:
        upload = _open_upload(transport)
        try:
            _commit(transport, blob, open_content, upload)
            return BlobStatus.PUSHED
        except Transient as problem:
            # The bytes may have arrived, and only the answer was lost.
            if has_blob(transport, blob.digest):
                return BlobStatus.PUSHED
            patience.wait(problem)


def mount_blob(transport: Transport, digest: Digest, source: str) -> bool:
    """Make a blob of another repository appear in this one; see `Remote.mount_blob`."""
    reference = transport.reference
    other = source.removeprefix(f"{reference.host}/")
    scopes = (push_scope(reference.repository), pull_scope(other))
    what = f"the mount of blob '{digest}' from '{other}'"
    target = f"/v2/{reference.repository}/blobs/uploads/?mount={digest}&from={quote(other, safe='/')}"
    try:
        reply = transport.call(Request("POST", target, scopes, what))
    except AuthRefused:
        return False
    if reply.status == 202:
        _cancel(transport, reply)
    return reply.status == 201


def _open_upload(transport: Transport) -> str:
    """Return the URL that takes the bytes of an upload."""
    repository = transport.reference.repository
    request = Request("POST", f"/v2/{repository}/blobs/uploads/", (push_scope(repository),), "an upload")
    reply = transport.call(request)
    if reply.status != 202:
        raise transport.refusal(reply, "an upload")
    return upload_url(reply.url, reply.headers.get("location"))


def _commit(transport: Transport, blob: Descriptor, open_content: Callable[[], BinaryIO], upload: str) -> None:
    """Send the bytes and end the upload; raise Transient when a new upload may succeed."""
    what = f"blob '{blob.digest}'"
    request = Request(
        "PUT",
        commit_url(upload, blob.digest),
        (push_scope(transport.reference.repository),),
        what,
        headers={"Content-Type": "application/octet-stream", "Content-Length": str(blob.size)},
        body=lambda: _checked_blocks(blob, open_content),
        seconds=TOKEN_SECONDS,
        read_seconds=COMMIT_SECONDS,
    )
    reply = transport.call_once(request)
    if reply.status in _STORED:
        stored = reply.headers.get("docker-content-digest", blob.digest)
        if stored.startswith(PREFIX) and stored != blob.digest:
            raise IntegrityError(
                f"the registry stored {what} under '{stored}'",
                hint=f"ask who runs '{transport.reference.api_host}'",
            )
        return
    error = transport.refusal(reply, what)
    signed_url_ended = isinstance(error, AuthRefused) and not transport.is_registry(reply.url)
    garbled = "DIGEST_INVALID" in error.message
    if reply.status in _SESSION_LOST or signed_url_ended or garbled:
        raise Transient(error.message, hint=error.hint)
    raise error


def _cancel(transport: Transport, reply: Reply) -> None:
    """Give up an upload that a registry opened in place of a mount; by itself it would end later."""
    try:
        url = upload_url(reply.url, reply.headers.get("location"))
        transport.call_once(
            Request("DELETE", url, (push_scope(transport.reference.repository),), "an upload to cancel")
        )
    except BundleError:
        return


def _checked_blocks(blob: Descriptor, open_content: Callable[[], BinaryIO]) -> Iterator[bytes]:
    """Yield the content in blocks, the last one only when all of it matches digest and size.

    So a registry never gets to see the whole of what must not be stored.
    """
    sha256 = hashlib.sha256()
    size = 0
    held = b""
    with open_content() as stream:
        while block := stream.read(_BLOCK):
            if held:
                yield held
            sha256.update(block)
            size += len(block)
            held = block
            if size > blob.size:
                break
    if size != blob.size or PREFIX + sha256.hexdigest() != blob.digest:
        raise ContentChanged(
            f"the content of blob '{blob.digest}' is not what it was: it changed while it was sent",
            hint="let nothing write to the files meanwhile, and run it again",
        )
    yield held
