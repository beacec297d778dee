"""What went wrong between us and a server, told without the URL, which may hold a secret."""

import socket
import ssl
from collections.abc import Iterator

from modelops_bundle.errors import TransferFailed
from modelops_bundle.registry.http_library import httpx
from modelops_bundle.registry.retry import Transient

_PERMANENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLError)


class ConnectionLost(Transient):
    """A server was not there, or went silent, or broke off."""


class NeverAnswered(ConnectionLost):
    """A server lets us wait that never said anything; each try takes as long as we have patience."""

    most_retries = 2


class Unreachable(TransferFailed):
    """A server cannot be reached at all, and trying again would not help."""


class UntrustedCertificate(Unreachable):
    """A server speaks TLS, but nobody we trust vouches for its name."""


def network_error(error: httpx.TransportError, host: str, *, seen: bool) -> TransferFailed:
    """Return the error to raise for one of httpx; `seen` tells that this host has answered before.

    A host that has answered and now refuses connections restarts, which passes; one that never did has
    the wrong name or port, and waiting for it would only hide that. So does one that is silent from the start.
    """
    cause = next((cause for cause in _causes(error) if isinstance(cause, _PERMANENT)), None)
    if not isinstance(error, httpx.ConnectError):
        cause = None  # we were connected: whatever broke may hold the next time
    if isinstance(cause, ssl.SSLCertVerificationError):
        return UntrustedCertificate(
            f"the certificate of '{host}' is not trusted: {cause.verify_message}",
            hint="name the authority's certificate in MODELOPS_BUNDLE_CA_FILE",
        )
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        return Unreachable(
            f"'{host}' does not speak TLS as we do: {cause.reason or 'the handshake failed'}",
            hint="if it speaks plain HTTP, and you trust the network, set MODELOPS_BUNDLE_INSECURE=1",
        )
    if isinstance(cause, ConnectionRefusedError):
        message, hint = f"'{host}' refuses connections", "check the host and port, and that the registry runs"
    elif isinstance(cause, socket.gaierror):
        message, hint = f"there is no host '{host}': {cause.strerror}", "check the name, and the network"
        seen = seen or cause.errno == socket.EAI_AGAIN
    else:
        kind = NeverAnswered if isinstance(error, httpx.TimeoutException) and not seen else ConnectionLost
        return kind(f"lost '{host}': {_describe(error)}", hint="check the network, then run it again")
    return ConnectionLost(message, hint=hint) if seen else Unreachable(message, hint=hint)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _describe(error: httpx.TransportError) -> str:
    match error:
        case httpx.ConnectTimeout():
            return "it does not answer"
        case httpx.TimeoutException():
            return "it fell silent"
        case httpx.ConnectError():
            reason = next(
                (cause.strerror for cause in _causes(error) if isinstance(cause, OSError) and cause.errno), ""
            )
            return f"no connection: {reason}" if reason else "no connection"
        case httpx.ProxyError():
            return "the proxy refuses"
        case _:
            return "the connection broke"
