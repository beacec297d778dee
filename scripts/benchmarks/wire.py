"""Count what goes over the wire: a relay on loopback between a client and a registry.

Counting takes time, so what is counted is never timed as well.
"""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_BLOCK = 1 << 18
_REQUEST = re.compile(rb"(?:GET|HEAD|POST|PUT|PATCH|DELETE) /v2/[!-~]* HTTP/1\.1\r\n")
_LONGEST_REQUEST_LINE = 8192


@dataclass(slots=True)
class Traffic:
    """Bytes and requests since the last `reset`; `host` is where the client connects to."""

    host: str
    sent: int = 0
    received: int = 0
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reset(self) -> None:
        with self.lock:
            self.sent = self.received = self.requests = 0


@contextmanager
def counted(server: str) -> Iterator[Traffic]:
    """Relay connections to a server `host:port` and count what passes."""
    host, _, port = server.partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        traffic = Traffic(f"127.0.0.1:{listener.getsockname()[1]}")

        def accept() -> None:
            with suppress(OSError):  # the listener is closed at the end
                while True:
                    client, _ = listener.accept()
                    target = socket.create_connection((host, int(port)))
                    threading.Thread(target=_relay, args=(client, target, traffic, True), daemon=True).start()
                    threading.Thread(target=_relay, args=(target, client, traffic, False), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield traffic
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _relay(source: socket.socket, target: socket.socket, traffic: Traffic, upwards: bool) -> None:
    """Pass bytes on in one direction until either end closes."""
    tail = b""
    with suppress(OSError):
        while block := source.recv(_BLOCK):
            with traffic.lock:
                if upwards:
                    traffic.sent += len(block)
                    tail, number = count_requests(tail + block)
                    traffic.requests += number
                else:
                    traffic.received += len(block)
            target.sendall(block)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def count_requests(data: bytes) -> tuple[bytes, int]:
    """Count the request lines in a part of a stream; return the rest, which the next part may complete."""
    end, number = 0, 0
    for match in _REQUEST.finditer(data):
        end, number = match.end(), number + 1
    return data[max(end, len(data) - _LONGEST_REQUEST_LINE) :], number
