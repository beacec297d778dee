"""Which repositories a registry has, as far as it tells: many registries never do.

Source: https://distribution.github.io/distribution/spec/api/#listing-repositories
"""

from modelops_bundle.errors import AuthRefused, Invalid
from modelops_bundle.files.canonical_json import decode
from modelops_bundle.registry.reference import RegistryReference, check_host, parse_repository
from modelops_bundle.registry.retry import RetryPolicy
from modelops_bundle.registry.tags import next_page
from modelops_bundle.registry.transport import Request, Transport
from modelops_bundle.registry.wire import Reply
from modelops_bundle.settings import Settings

PAGE = 1000
MAX_PAGES = 20
_MAX_PAGE_BYTES = 4 << 20


def repositories_below(base: str, settings: Settings) -> list[str]:
    """Return the names of repositories below `HOST` or `HOST/PATH`; none where the registry does not list them.

    Raises TransferFailed.
    """
    host, _, path = base.partition("/")
    prefix = f"{path}/" if path else ""
    transport = Transport(RegistryReference(check_host(host), path), settings, RetryPolicy(settings.retries, None))
    try:
        found = [f"{host}/{name}" for name in _names(transport) if name.startswith(prefix)]
        return [name for name in found if _is_repository(name)]
    except AuthRefused:
        return []
    finally:
        transport.close()


def _names(transport: Transport) -> list[str]:
    target: str | None = f"/v2/_catalog?n={PAGE}"
    names: dict[str, None] = {}
    for _ in range(MAX_PAGES):
        if target is None:
            break
        reply = transport.call(
            Request("GET", target, ("registry:catalog:*",), "the list of repositories"), limit=_MAX_PAGE_BYTES
        )
        if reply.status != 200:
            break
        names |= dict.fromkeys(_listed(reply))
        target = next_page(reply)
    return sorted(names)


def _is_repository(name: str) -> bool:
    """Tell whether what a registry lists can be one of its repositories."""
    try:
        return parse_repository(name).name == name
    except Invalid:
        return False


def _listed(reply: Reply) -> list[str]:
    document = decode(reply.body, "the list of repositories", max_bytes=_MAX_PAGE_BYTES)
    found = document.get("repositories") if isinstance(document, dict) else None
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
