"""Which token server a login may be shown to.

The registry's reply names the server (`realm`), so whoever controls the reply would choose who gets the
password. We follow it to https only (to http only if the registry itself is spoken to by http), never
into this machine or a private network unless the registry is there, and with a *stored* login only to a
server that belongs to the registry: the same host, a host of the same domain, or a pair known below. A
login given for this run by the environment goes wherever the registry says: that is the way out for a
registry whose token server has a foreign name.
"""

from modelops_bundle.errors import AuthRefused
from modelops_bundle.registry.server import check_hop, is_loopback, is_private_address, server_of

_KNOWN_PAIRS = {("scw.cloud", "scaleway.com"), ("icr.io", "cloud.ibm.com"), ("nvcr.io", "nvidia.com")}
_SECOND_LEVELS = {"ac", "co", "com", "edu", "gov", "govt", "net", "or", "org"}
_SHARED_DOMAINS = {
    "azurecr.io",
    "amazonaws.com",
    "pkg.dev",
    "run.app",
    "azurewebsites.net",
    "github.io",
    "herokuapp.com",
}


class UntrustedRealm(AuthRefused):
    """A registry names a token server that must not see the login."""

    usual_hint = "ask who runs the registry why it does so, before you log in there"


def check_realm(registry: str, realm: str, *, stored_login: bool) -> None:
    """Raise UntrustedRealm or RefusedAddress unless a registry may send us to a token server; both are URLs."""
    here, there = server_of(registry), server_of(realm)
    check_hop(registry, realm)
    if here.host == there.host or (is_loopback(here.host) and is_loopback(there.host)):
        return
    if is_private_address(there.host):
        raise UntrustedRealm(f"'{here.host}' sends logins to '{there.host}', an address of a private network")
    if there.scheme != "https":
        raise UntrustedRealm(f"'{here.host}' sends logins to '{there.host}' without TLS")
    if stored_login and not _belongs(there.host, here.host):
        raise UntrustedRealm(
            f"'{here.host}' sends logins to '{there.host}', which is of another domain",
            hint="if that is right, give the login in MODELOPS_REGISTRY_USERNAME and MODELOPS_REGISTRY_PASSWORD",
        )


def _belongs(realm_host: str, registry_host: str) -> bool:
    registry_domain, realm_domain = _domain(registry_host), _domain(realm_host)
    return registry_domain == realm_domain or (registry_domain, realm_domain) in _KNOWN_PAIRS


def _domain(host: str) -> str:
    """Return the part of a host name that one owner registered."""
    # A list of all public suffixes would be overdone: the registry itself could take the login just as well.
    labels = host.split(".")
    shared = any(host.endswith(f".{domain}") for domain in _SHARED_DOMAINS)
    country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    is_address = host.replace(".", "").isdigit() or ":" in host
    return host if shared or is_address else ".".join(labels[-3 if country else -2 :])
