"""Which server a URL leads to, and whether a reply may send us there.

A registry's replies name other servers: where to upload, where the bytes are, who gives tokens. None of
them may make us speak to this machine or to a cloud's metadata service, give up TLS, or show a login to
another server.
"""

import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from modelops_bundle.errors import TransferFailed

_DEFAULT_PORTS = {"http": 80, "https": 443}
_METADATA_HOSTS = {"metadata.google.internal", "metadata", "instance-data"}
_METADATA_ADDRESS = ipaddress.ip_address("fd00:ec2::254")


class RefusedAddress(TransferFailed):
    """A reply sends us where no registry has reason to send us."""

    usual_hint = "ask who runs the registry; if nobody can explain it, do not send it anything"


class Server(NamedTuple):
    """A server: scheme, host in lower case, and port."""

    scheme: str
    host: str
    port: int


def server_of(url: str) -> Server:
    """Return the server of a URL; raise RefusedAddress for what is no http or https URL."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in _DEFAULT_PORTS or not all(0 < len(label) < 64 for label in host.split(".")):
        raise RefusedAddress("a reply of the registry names no http or https address")
    if parts.username or parts.password:
        raise RefusedAddress(f"a reply of the registry names an address with a login in it, at '{host}'")
    return Server(parts.scheme, host, _DEFAULT_PORTS[parts.scheme] if port is None else port)


def same_server(one: str, other: str) -> bool:
    """Tell whether two URLs lead to the same server."""
    return server_of(one) == server_of(other)


def check_hop(source: str, target: str) -> None:
    """Raise RefusedAddress unless a reply from URL `source` may send us to URL `target`."""
    here, there = server_of(source), server_of(target)
    if here.scheme == "https" and there.scheme == "http":
        raise RefusedAddress(f"'{here.host}' sends us to '{there.host}' without TLS")
    inside = is_loopback(there.host) and not is_loopback(here.host)
    if inside or (is_metadata(there.host) and there.host != here.host):
        raise RefusedAddress(f"'{here.host}' sends us to '{there.host}', an address inside this machine or cloud")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means this very machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and (address.is_loopback or address.is_unspecified)


def is_metadata(host: str) -> bool:
    """Tell whether a host is on our own link, as the metadata services of clouds are."""
    address = _address(host)
    if address is None:
        return host in _METADATA_HOSTS
    return address.is_link_local or address == _METADATA_ADDRESS


def is_private_address(host: str) -> bool:
    """Tell whether a host is written as an address of a private network."""
    address = _address(host)
    return address is not None and address.is_private


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a host is written as, also as `127.1` or `0x7f000001`, which resolvers take."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        try:
            address = ipaddress.ip_address(socket.inet_aton(host))
        except OSError:
            return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
