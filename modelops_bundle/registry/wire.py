"""One HTTP exchange: a request out, a response in, a line in the trace.

What httpx does by default and we do not want: follow redirects (with all headers), decompress (digests
are of the bytes as sent), keep cookies (some registries then treat us as a browser), give up after 5 s.
"""

import logging
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

from modelops_bundle import __version__
from modelops_bundle.registry.http_library import httpx
from modelops_bundle.registry.network_errors import network_error
from modelops_bundle.registry.redaction import redact_url
from modelops_bundle.registry.server import RefusedAddress, is_loopback, server_of
from modelops_bundle.registry.tls import tls_context
from modelops_bundle.settings import Settings

ERROR_BYTES = 64 << 10
CONNECT_SECONDS = 15.0
COMMIT_SECONDS = 300.0
"""How long the end of an upload may take to be answered: the registry hashes all of it once more."""

_KEPT_CONNECTIONS = 32

_READ_BYTES = 256 << 10
"""How much is read from a socket at once. With the 64 KiB of httpcore, threads that read and hash hand the lock of
the interpreter to each other more often."""

# What this package logs, nobody sees who did not ask for it.
logging.getLogger("modelops_bundle").addHandler(logging.NullHandler())
_trace = logging.getLogger("modelops_bundle.http")


@dataclass(frozen=True, slots=True)
class Reply:
    """A response that was read: status, headers, at most so many bytes of body, and the URL that gave it."""

    status: int
    headers: httpx.Headers
    body: bytes
    url: str


class Wire:
    """The connections of one remote, shared by all threads."""

    def __init__(self, host: str, settings: Settings) -> None:
        self._host = host
        self._settings = settings
        self._lock = threading.Lock()
        self._clients: dict[str, httpx.Client] = {}
        self._seen: set[str] = set()

    def open(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None = None,
        read_seconds: float | None = None,
    ) -> httpx.Response:
        """Send a request and return its response with the body unread; the caller closes it.

        Raises ConnectionLost or Unreachable.
        """
        client = self._client(server_of(url).scheme)
        timeout = httpx.Timeout(
            self._settings.timeout,
            connect=min(CONNECT_SECONDS, self._settings.timeout),  # once for TCP, and once for TLS
            read=read_seconds or self._settings.timeout,
            pool=None,
        )
        try:
            request = client.build_request(
                method,
                url,
                headers=dict(headers),
                content=content,
                timeout=timeout,
                extensions={"trace": _read_more},
            )
        except httpx.InvalidURL:
            raise RefusedAddress(f"a reply of '{self._host}' names no address that can be asked") from None
        host = request.url.netloc.decode()
        started = time.monotonic()
        try:
            response = client.send(request, stream=True, follow_redirects=False)
        except httpx.TransportError as error:
            failure = network_error(error, host, seen=host in self._seen)
            _log_exchange(method, url, type(error).__name__, started)
            # What httpx and httpcore raised, one of the other, tells a person nothing more, in a hundred lines.
            raise failure from None
        self._seen.add(host)
        _log_exchange(method, url, str(response.status_code), started)
        return response

    def fetch(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Iterable[bytes] | None = None,
        limit: int = ERROR_BYTES,
    ) -> Reply:
        """Send a request and return the whole reply, its body cut at `limit` bytes."""
        return self.read(self.open(method, url, headers, content), limit)

    def read(self, response: httpx.Response, limit: int = ERROR_BYTES) -> Reply:
        """Read and close a response; its body is cut at `limit` bytes."""
        body = bytearray()
        with self.reading(response):
            for block in response.iter_raw():
                body += block
                if len(body) >= limit:
                    break
        return Reply(response.status_code, response.headers, bytes(body[:limit]), str(response.request.url))

    @contextmanager
    def reading(self, response: httpx.Response) -> Iterator[httpx.Response]:
        """Close a response at the end, and turn what httpx raises while its body is read into our errors."""
        try:
            yield response
        except httpx.TransportError as error:
            raise network_error(error, response.request.url.netloc.decode(), seen=True) from None
        finally:
            response.close()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()

    def _client(self, scheme: str) -> httpx.Client:
        """Return the client for a scheme.

        Loading certificates takes longer than a request on a local network, so plain HTTP does without: its
        client never speaks https.
        """
        with self._lock:
            if scheme not in self._clients:
                verify = tls_context(self._host, self._settings) if scheme == "https" else False
                self._clients[scheme] = self._new_client(verify)
            return self._clients[scheme]

    def _new_client(self, verify: ssl.SSLContext | bool) -> httpx.Client:
        _hide_secrets_of_httpx()
        host = server_of(f"http://{self._host}").host
        return httpx.Client(
            verify=verify,
            trust_env=not is_loopback(host),  # the proxies of the environment; none leads to this machine
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=_KEPT_CONNECTIONS),
            headers={
                "Accept-Encoding": "identity",
                "User-Agent": f"modelops-bundle/{__version__}",
            },
        )


def _read_more(event: str, info: Mapping[str, Any]) -> None:
    """Let a new connection read more at once: httpcore's own setting is one for a process, which may be others'.

    Source: https://www.encode.io/httpcore/extensions/#trace
    """
    if event == "connection.connect_tcp.complete":
        stream = info["return_value"]
        read = stream.read
        stream.read = lambda size, timeout=None: read(max(size, _READ_BYTES), timeout)


def _log_exchange(method: str, url: str, outcome: str, started: float) -> None:
    _trace.debug("%s %s %s %.0f ms", method, redact_url(url), outcome, (time.monotonic() - started) * 1000)


def _hide_secrets_of_httpx() -> None:
    """Keep signed URLs out of the logs that httpx and httpcore write when an application turns them on."""
    logging.getLogger("httpx").addFilter(_redact_record)
    logging.getLogger("httpcore.http11").addFilter(_drop_response_headers)


def _redact_record(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(redact_url(str(arg)) if isinstance(arg, httpx.URL) else arg for arg in record.args)
    return True


def _drop_response_headers(record: logging.LogRecord) -> bool:
    return "receive_response_headers.complete" not in record.getMessage()
