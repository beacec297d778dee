"""Read, list and move tags.

No registry moves a tag only if it names what we expect, so we look right before and right after. What remains
is one round trip, and whoever loses a race within it is told.
"""

import re

from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import AuthRefused, IntegrityError, Invalid, RemoteMoved, TransferFailed
from modelops_bundle.files.canonical_json import decode
from modelops_bundle.registry.location import next_page_url
from modelops_bundle.registry.manifests import STORED, find_manifest, put_request
from modelops_bundle.registry.retry import Transient
from modelops_bundle.registry.scope import pull_scope, push_scope
from modelops_bundle.registry.transport import Request, Transport
from modelops_bundle.registry.wire import Reply
from modelops_bundle.tags import check_tag, is_referrers_tag

SET_REQUESTS = 3
"""How many requests `set_tag` makes, if nothing goes wrong: a look before, the move, a look after."""

PAGE_TAGS = 1000
MAX_PAGES = 1000
_MAX_PAGE_BYTES = 16 << 20
_NEXT_LINK = re.compile(r"<([^>]*)>\s*;[^,]*\brel=\"?next\"?", re.IGNORECASE)


def resolve_tag(transport: Transport, tag: str) -> Digest | None:
    """Return the digest that a tag names now, or None; see `Remote.resolve_tag`."""
    check_tag(tag)
    repository = transport.reference.repository
    try:
        return find_manifest(transport, tag, pull_scope(repository))
    except AuthRefused as refused:
        # Quay refuses to look into a repository that does not exist yet, unless we may create it
        # (helm#30987).
        try:
            return find_manifest(transport, tag, push_scope(repository))
        except AuthRefused:
            raise refused from None


def set_tag(transport: Transport, tag: str, data: bytes, media_type: str, expected: Digest | None) -> None:
    """Make a tag name a manifest, if it still names `expected`; see `Remote.set_tag`."""
    check_tag(tag)
    ours = digest_of(data)
    scope = push_scope(transport.reference.repository)
    request = put_request(transport, tag, data, media_type)
    patience = transport.policy.patience(transport.reference.api_host)
    while True:
        before = find_manifest(transport, tag, scope)
        if before == ours:
            return
        if before != expected:
            raise _moved(transport, tag, expected, before, ours)
        try:
            reply = transport.call_once(request)
            break
        except Transient as problem:
            patience.wait(problem)
    after = find_manifest(transport, tag, scope)
    if after == ours:
        return
    if after != expected or reply.status in STORED:
        raise _moved(transport, tag, expected, after, ours)
    if reply.status in (409, 412) or "immutable" in reply.body.decode(errors="replace").lower():
        raise TransferFailed(
            f"'{transport.reference.name}' does not let tag '{tag}' move: its tags are immutable",
            hint="push to a new tag",
        )
    raise transport.refusal(reply, f"manifest '{tag}'")


def list_tags(transport: Transport) -> list[str]:
    """Return every tag that names a version, sorted; see `Remote.list_tags`."""
    repository = transport.reference.repository
    target: str | None = f"/v2/{repository}/tags/list?n={PAGE_TAGS}"
    tags: set[str] = set()
    visited: set[str] = set()
    while target is not None:
        visited.add(target)
        request = Request("GET", target, (pull_scope(repository),), "the list of tags")
        reply = transport.call(request, limit=_MAX_PAGE_BYTES)
        if reply.status == 404 and len(visited) == 1:
            return []
        if reply.status != 200:
            raise transport.refusal(reply, request.what)
        tags.update(tag for tag in _tags(reply) if _is_version(tag))
        target = next_page(reply)
        if target in visited or len(visited) >= MAX_PAGES:
            raise IntegrityError(f"the list of tags of '{transport.reference.name}' does not end")
    return sorted(tags)


def _tags(reply: Reply) -> list[str]:
    document = decode(reply.body, "the list of tags", max_bytes=_MAX_PAGE_BYTES)
    tags = document.get("tags") if isinstance(document, dict) else None
    # Registries write null for an empty list.
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _is_version(tag: str) -> bool:
    """Tell whether what a registry lists can be a tag of ours."""
    try:
        return not is_referrers_tag(check_tag(tag))
    except Invalid:
        return False


def next_page(reply: Reply) -> str | None:
    """Return the URL of the next page, as the registry wrote it: only it understands the cursor."""
    match = _NEXT_LINK.search(reply.headers.get("link", ""))
    if match is None:
        return None
    return next_page_url(reply.url, match[1])


def _moved(
    transport: Transport, tag: str, expected: Digest | None, found: Digest | None, ours: Digest
) -> RemoteMoved:
    name = transport.reference.name
    return RemoteMoved(
        f"tag '{tag}' of '{name}' moved: it names {found or 'nothing'}, not {expected or 'nothing'}",
        hint="pull first, then push again",
        details=(f"your version is at '{name}@{ours}'",),
    )
