import errno
import socket
import ssl

import httpx
import pytest

from modelops_bundle.registry.network_errors import (
    ConnectionLost,
    NeverAnswered,
    Unreachable,
    UntrustedCertificate,
    network_error,
)


def connect_error(cause: OSError) -> httpx.ConnectError:
    error = httpx.ConnectError("https://reg.io/?sig=SECRET")
    error.__cause__ = cause
    return error


def refused() -> httpx.ConnectError:
    return connect_error(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))


def unknown(code: int = socket.EAI_NONAME) -> httpx.ConnectError:
    return connect_error(socket.gaierror(code, "Name or service not known"))


def tls_failed(cause: ssl.SSLError, **attributes: str) -> httpx.ConnectError:
    for name, value in attributes.items():
        setattr(cause, name, value)  # as the ssl module does
    return connect_error(cause)


@pytest.mark.parametrize(
    ("error", "seen", "kind", "part"),
    [
        (refused(), False, Unreachable, "refuses connections"),
        (refused(), True, ConnectionLost, "refuses connections"),
        (unknown(), False, Unreachable, "there is no host 'reg.io'"),
        (unknown(), True, ConnectionLost, "there is no host 'reg.io'"),
        (unknown(socket.EAI_AGAIN), False, ConnectionLost, "there is no host 'reg.io'"),
        (
            tls_failed(ssl.SSLCertVerificationError(1, "x"), verify_message="self-signed certificate"),
            True,
            UntrustedCertificate,
            "certificate of 'reg.io' is not trusted: self-signed certificate",
        ),
        (
            tls_failed(ssl.SSLError(1, "x"), reason="WRONG_VERSION_NUMBER"),
            False,
            Unreachable,
            "does not speak TLS as we do: WRONG_VERSION_NUMBER",
        ),
        (connect_error(ssl.SSLEOFError(8, "EOF")), False, ConnectionLost, "no connection"),
        (connect_error(OSError(errno.EHOSTUNREACH, "No route")), False, ConnectionLost, "no connection: No route"),
        (httpx.ConnectTimeout("x"), False, NeverAnswered, "does not answer"),
        (httpx.ConnectTimeout("x"), True, ConnectionLost, "does not answer"),
        (httpx.ReadTimeout("x"), False, NeverAnswered, "fell silent"),
        (httpx.ReadTimeout("x"), True, ConnectionLost, "fell silent"),
        (httpx.RemoteProtocolError("x"), True, ConnectionLost, "broke"),
        (httpx.ReadError("x"), False, ConnectionLost, "broke"),
    ],
)
def test_failures_are_told_apart(
    error: httpx.TransportError, seen: bool, kind: type[Exception], part: str
) -> None:
    found = network_error(error, "reg.io", seen=seen)
    assert type(found) is kind and part in found.message and found.hint
    assert "reg.io" in found.message and "SECRET" not in found.message
