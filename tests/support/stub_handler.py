"""The HTTP side of the stub registry: reads requests, lets faults happen, writes answers, keeps the
record.
"""

import socket
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, NoReturn

from tests.support.stub_messages import Answer, Received, Seen
from tests.support.stub_routes import answer_registry, answer_storage

if TYPE_CHECKING:
    from tests.support.stub_registry import Fault, _Server


class _Broken(Exception):
    """The connection is to be broken now."""


class StubHandler(BaseHTTPRequestHandler):
    """One connection."""

    server: "_Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        """Answer every method alike."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self._received = 0
        request = Received(self.command or "", self.path, dict(self.headers.items()))
        try:
            self._handle(request, self.server.registry.next_fault(request))
        except (_Broken, ConnectionError):
            self.close_connection = True
        if self.close_connection:
            self._break()

    def _handle(self, request: Received, fault: "Fault | None") -> None:
        registry = self.server.registry
        if fault and fault.before:
            fault.before(registry)
        size = int(request.header("Content-Length") or 0)
        if fault and fault.drop_after is not None and size:
            self._read(min(fault.drop_after, size))
            self._break_off(request)
        too_large = registry.quirks.max_body
        if too_large is not None and size > too_large:
            self._send(request, Answer(413, b"<html>413 Request Entity Too Large</html>"), None)
            self.rfile.read(size)  # as nginx does, so that the client gets to read the answer
            raise _Broken
        body = self._read(size)
        request = Received(request.method, request.target, request.headers, body)
        if fault and fault.status:
            self._send(request, Answer(fault.status, fault.body, fault.headers), None)
            return
        route = answer_registry if self.server.role == "registry" else answer_storage
        answer = route(registry, request)
        if fault and fault.lose_answer:
            self._break_off(request)
        if fault and fault.alter:
            answer = fault.alter(answer)
        self._send(request, answer, fault.drop_after if fault else None)

    def _read(self, size: int) -> bytes:
        body = self.rfile.read(size) if size else b""
        self._received += len(body)
        return body

    def _send(self, request: Received, answer: Answer, drop_after: int | None) -> None:
        body = b"" if request.method == "HEAD" else answer.body[:drop_after]
        # The record comes first: a client that has its answer may look at once.
        self._record(request, answer.status, len(body))
        self.send_response_only(answer.status)
        size = {} if "Transfer-Encoding" in answer.headers else {"Content-Length": str(len(answer.body))}
        headers = size | dict(answer.headers)
        if self.server.registry.quirks.set_cookie:
            headers["Set-Cookie"] = "session=1; Path=/"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        promised = 0 if request.method == "HEAD" else int(headers.get("Content-Length", 0))
        if drop_after is not None or len(body) < promised:
            raise _Broken

    def _break_off(self, request: Received) -> NoReturn:
        self._record(request, 0, 0)
        raise _Broken

    def _record(self, request: Received, status: int, sent: int) -> None:
        seen = Seen(
            self.server.role, request.method, request.target, request.headers, self._received, sent, status
        )
        with self.server.registry.lock:
            self.server.registry.requests.append(seen)

    def _break(self) -> None:
        """Close the connection for the client, too, and at once."""
        self.wfile.flush()
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: `StubRegistry.requests` is the log."""
