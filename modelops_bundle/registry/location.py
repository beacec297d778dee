"""Where a `Location` header leads. What it holds is opaque: a signature may hang on every byte of its
query.
"""

from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from modelops_bundle.digest import Digest
from modelops_bundle.errors import TransferFailed
from modelops_bundle.registry.server import (
    RefusedAddress,
    check_hop,
    is_private_address,
    same_server,
    server_of,
)


def redirect_url(requested: str, location: str) -> str:
    """Return where a redirect leads; raise RefusedAddress where it must not."""
    target = _join(requested, location)
    check_hop(requested, target)
    return target


def upload_url(requested: str, location: str | None) -> str:
    """Return where an upload goes on, after a request to URL `requested`; raise RefusedAddress where it
    must not.

    The specification allows another server.
    """
    if not location:
        host = server_of(requested).host
        raise TransferFailed(
            f"'{host}' accepts an upload, but does not say where it goes", hint=f"ask who runs '{host}'"
        )
    target = _mend_scheme(requested, _join(requested, location))
    here, there = server_of(requested), server_of(target)
    check_hop(requested, target)
    if there.host != here.host and is_private_address(there.host) and not is_private_address(here.host):
        raise RefusedAddress(f"'{here.host}' sends an upload to '{there.host}', an address of a private network")
    return target


def commit_url(upload: str, digest: Digest) -> str:
    """Return the URL that ends an upload; the digest is appended as text, so that the rest stays as it
    came.
    """
    return f"{upload}{'&' if '?' in upload else '?'}digest={quote(digest, safe='')}"


def next_page_url(requested: str, link: str) -> str:
    """Return where a list goes on; raise RefusedAddress when that is another server."""
    target = _mend_scheme(requested, _join(requested, link))
    if not same_server(requested, target):
        raise RefusedAddress(f"'{server_of(requested).host}' continues a list at another server")
    return target


def _join(requested: str, location: str) -> str:
    """Resolve a URL that may be relative."""
    try:
        return urljoin(requested, location)
    except ValueError:
        raise RefusedAddress(f"'{server_of(requested).host}' names an address that is none") from None


def _mend_scheme(requested: str, target: str) -> str:
    """Turn http into https where a registry names itself: a proxy before it ends TLS, and it does not know."""
    here, there = server_of(requested), server_of(target)
    if here.scheme == "https" and there.scheme == "http" and here.host == there.host:
        base, parts = urlsplit(requested), urlsplit(target)
        return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))
    return target
