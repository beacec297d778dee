"""A TCP proxy before a server: it counts what goes up, and can break connections in the middle."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_BLOCK = 1 << 16
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no seconds: closing sends a reset."""


class CuttingProxy:
    """Set `cut_up_after` or `cut_down_after` to break, once, the connection that carries that byte from now on."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self.port = int(self._listener.getsockname()[1])
        self.sent_up = 0
        self.cuts = 0
        self._left: dict[str, int | None] = {"up": None, "down": None}

    def cut_after(self, size: int, direction: str = "up") -> None:
        """Break a connection after this many more bytes in a direction, `up` to the server or `down`."""
        with self._lock:
            self._left[direction] = size

    def serve(self) -> None:
        """Take connections until `close`."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with suppress(OSError):
                server = socket.create_connection(self._target)
                for ends in ((client, server, "up"), (server, client, "down")):
                    threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _pump(self, source: socket.socket, sink: socket.socket, direction: str) -> None:
        with suppress(OSError):
            while data := source.recv(_BLOCK):
                if self._is_last(direction, len(data)):
                    for end in (source, sink):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    break
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _is_last(self, direction: str, size: int) -> bool:
        with self._lock:
            self.sent_up += size if direction == "up" else 0
            left = self._left[direction]
            if left is None:
                return False
            self._left[direction] = left - size if left > size else None
            self.cuts += left <= size
            return left <= size


@contextmanager
def cutting_proxy(port: int) -> Iterator[CuttingProxy]:
    """Run a proxy before a loopback port."""
    proxy = CuttingProxy(port)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()
