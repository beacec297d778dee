"""What a registry's refusal means to us.

Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from modelops_bundle.digest import Digest, is_digest
from modelops_bundle.errors import (
    AuthRefused,
    BundleError,
    NotFound,
    TransferFailed,
    UnsupportedMediaType,
)
from modelops_bundle.files.canonical_json import MalformedDocument, decode
from modelops_bundle.registry.redaction import printable
from modelops_bundle.registry.retry import Transient, parse_retry_after
from modelops_bundle.registry.wire import ERROR_BYTES, Reply
from modelops_bundle.remote import BlobsMissing

RETRIED = {408, 425, 429, 499, 500, 502, 503, 504, 522}
_BLOB_UNKNOWN = {"MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class BodyTooLarge(TransferFailed):
    """A registry, or a proxy before it, does not take bodies of this size."""


class MediaTypeRefused(UnsupportedMediaType):
    """A registry stores container images only."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The errors in a reply: the code of the first, and all that they say."""

    code: str
    text: str
    digests: tuple[Digest, ...]


def is_transient(status: int) -> bool:
    """Tell whether the same request may be answered otherwise later."""
    return status in RETRIED


def read_refusal(reply: Reply) -> Refusal:
    """Return what an error reply says, whatever it holds."""
    errors = list(_errors(reply.body))
    texts = [printable(f"{_text(error, 'code')} {_text(error, 'message')}") for error in errors]
    digests = {found for error in errors for found in _DIGEST.findall(str(error.get("detail", "")))}
    return Refusal(
        code=printable(_text(errors[0], "code"), 60) if errors else "",
        text="; ".join(texts[:3]),
        digests=tuple(Digest(digest) for digest in sorted(digests) if is_digest(digest)),
    )


def refusal_error(reply: Reply, name: str, what: str, login: str = "") -> BundleError:
    """Return the error to raise for a reply that is no success.

    `name` is the repository, `what` the thing that was asked for ("blob 'sha256:…'"), `login` where the
    login that was used came from.
    """
    refusal = read_refusal(reply)
    host = name.partition("/")[0]
    said = f"HTTP {reply.status}" + (f" {refusal.text}" if refusal.text else "")
    message = f"'{name}' refuses {what}: {said}"
    if reply.status in (401, 403):
        used = f"logged in by {login}, which is not enough" if login else "log in"
        return AuthRefused(message, hint=f"{used}: modelops-bundle login {host}")
    if refusal.code in _BLOB_UNKNOWN and what.startswith("manifest "):
        return BlobsMissing(message, refusal.digests)
    if refusal.code == "NAME_UNKNOWN":
        return NotFound(
            f"there is no repository '{name}'",
            hint="check its name; some registries want it created before a push",
        )
    if reply.status == 404:
        return NotFound(
            f"there is no {what} in '{name}'",
            hint=f"check the name; some registries hide what you may not read: modelops-bundle login {host}",
        )
    if reply.status == 413:
        return BodyTooLarge(message, hint="raise the body limit of the registry or of the proxy before it")
    if reply.status in (400, 415) and "media" in refusal.text.lower():
        return MediaTypeRefused(message, hint="this registry stores container images only: push to another one")
    if is_transient(reply.status):
        return Transient(
            message, hint="try again later", retry_after=parse_retry_after(reply.headers.get("retry-after"))
        )
    return TransferFailed(message, hint=f"ask who runs '{host}'")


def _errors(body: bytes) -> Iterator[dict[str, Any]]:
    try:
        document = decode(body, "an error", max_bytes=ERROR_BYTES)
    except MalformedDocument:
        return
    errors = document.get("errors") if isinstance(document, dict) else None
    yield from ((error for error in errors or [] if isinstance(error, dict)) if isinstance(errors, list) else ())


def _text(error: dict[str, Any], key: str) -> str:
    value = error.get(key)
    return value if isinstance(value, str) else ""
