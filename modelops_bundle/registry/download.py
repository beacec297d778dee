"""Read blobs, whole or in part, and go on where a connection broke.

Ranges are always closed (`bytes=5-9`): some registries refuse open ones. A server that ignores them and
sends everything is borne with. The bytes are not verified here; but lengths that contradict the
descriptor are an error at once.
"""

import re
from collections.abc import Iterator

from modelops_bundle.descriptor import Descriptor
from modelops_bundle.digest import Digest
from modelops_bundle.errors import IntegrityError, Invalid, TransferFailed
from modelops_bundle.registry.http_library import httpx
from modelops_bundle.registry.retry import Transient
from modelops_bundle.registry.scope import pull_scope
from modelops_bundle.registry.transport import Request, Transport

PROGRESS_BYTES = 1 << 20
"""A connection that brought this much before it broke makes up for the failures before it."""

_LENGTH = re.compile(r"\d{1,19}")
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")


def blob_size(transport: Transport, digest: Digest) -> int:
    """Return the size of a blob; see `Remote.blob_size`."""
    repository, what = transport.reference.repository, f"blob '{digest}'"
    reply = transport.call(Request("HEAD", f"/v2/{repository}/blobs/{digest}", (pull_scope(repository),), what))
    if reply.status != 200:
        raise transport.refusal(reply, what)
    length = reply.headers.get("content-length", "")
    if not _LENGTH.fullmatch(length):
        raise TransferFailed(
            f"'{transport.reference.name}' does not tell the size of {what}",
            hint="copy the bundle to another registry: skopeo copy, oras copy",
        )
    return int(length)


def read_blob(transport: Transport, blob: Descriptor, offset: int, length: int | None) -> Iterator[bytes]:
    """Yield `length` bytes of a blob from `offset` (None: to its end); see `Remote.read_blob`."""
    end = blob.size if length is None else offset + length
    if not 0 <= offset <= end <= blob.size:
        raise Invalid(
            f"bytes {offset} to {end} do not lie in the {blob.size} bytes of blob '{blob.digest}'",
            hint=f"ask for bytes from 0 to {blob.size}",
        )
    position = counted = offset
    patience = transport.policy.patience(transport.reference.api_host)
    while position < end:
        try:
            for block in _read(transport, blob, position, end):
                position += len(block)
                yield block
            if position < end:
                raise Transient(f"blob '{blob.digest}' broke off at byte {position} of {blob.size}")
        except Transient as problem:
            if position - counted >= PROGRESS_BYTES:
                counted = position
                patience.reset()
            patience.wait(problem)


def _read(transport: Transport, blob: Descriptor, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from `start` to `end`, or fewer, as one response brings them."""
    repository = transport.reference.repository
    what = f"blob '{blob.digest}'"
    whole = (start, end) == (0, blob.size)
    request = Request(
        "GET",
        f"/v2/{repository}/blobs/{blob.digest}",
        (pull_scope(repository),),
        what,
        headers={} if whole else {"Range": f"bytes={start}-{end - 1}"},
    )
    with transport.stream(request) as response:
        if response.status_code in (200, 206):
            yield from _cut(response, _bytes_to_skip(response, blob, start), end - start)
            return
        error = transport.refusal(transport.read(response), what)
        if response.status_code == 416:
            raise IntegrityError(f"{what} is shorter than the {blob.size} bytes that its descriptor says")
        if response.status_code in (401, 403) and not transport.is_registry(str(response.request.url)):
            # A signed URL has ended; the registry gives a new one.
            raise Transient(error.message, hint="run it again") from None
        raise error


def _bytes_to_skip(response: httpx.Response, blob: Descriptor, start: int) -> int:
    """Return how many bytes come before the wanted ones; raise IntegrityError for a blob of another size."""
    what = f"blob '{blob.digest}'"
    if response.status_code == 206:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        if match is None:
            raise Transient(f"{what}: the server does not say which part it sends")
        first, total = int(match[1]), match[3]
        if total not in ("*", str(blob.size)):
            raise IntegrityError(f"{what} has {total} bytes, and {blob.size} in its descriptor")
        if first != start:
            raise Transient(f"{what}: the server sends from byte {first}, not from {start}")
        return 0
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) != blob.size:
        raise IntegrityError(f"{what} has {length} bytes, and {blob.size} in its descriptor")
    return start


def _cut(response: httpx.Response, skip: int, length: int) -> Iterator[bytes]:
    """Yield `length` bytes of a body after the first `skip`, whatever more the server sends."""
    for block in response.iter_raw():
        if skip >= len(block):
            skip -= len(block)
            continue
        wanted = block[skip : skip + length]
        skip = 0
        length -= len(wanted)
        yield wanted
        if not length:
            return
