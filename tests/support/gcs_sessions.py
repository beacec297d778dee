"""A Google Cloud Storage in a thread that does with a resumable upload what emulators cannot be made to do.

It keeps only some of what it was sent, passes over what it has, checks checksums, and fails when it is told to.
Source: https://cloud.google.com/storage/docs/performing-resumable-uploads
"""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import google_crc32c

GRANULE = 256 << 10
"""Of less than everything it keeps a multiple of as many bytes."""

Mood = Callable[["_Handler"], None]
"""How it goes about one request with content."""


class GcsSessions(ThreadingHTTPServer):
    """The service, of one blob; `moods` are those of the next requests with content, after which all goes well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = f"http://127.0.0.1:{self.server_address[1]}"
        self.moods: list[Mood] = []
        self.held = bytearray()
        self.blob: bytes | None = None
        self.ranges: list[str] = []
        self.received = 0


def breaks_off(size: int) -> Mood:
    """Break the connection when so many bytes have come."""

    def mood(handler: "_Handler") -> None:
        handler.keep(handler.take(size))
        handler.close_connection = True

    return mood


def keeps(size: int) -> Mood:
    """Keep no more than so many of the bytes that come."""

    def mood(handler: "_Handler") -> None:
        handler.keep(handler.take()[:size])
        handler.go_on(len(handler.server.held))

    return mood


def claims(size: int) -> Mood:
    """Keep nothing, and claim to have so many bytes."""

    def mood(handler: "_Handler") -> None:
        handler.take()
        handler.go_on(size)

    return mood


def answers(status: int) -> Mood:
    """Keep nothing, and answer with a status."""

    def mood(handler: "_Handler") -> None:
        handler.take()
        handler.answer(status)

    return mood


def alters(handler: "_Handler") -> None:
    """Store another byte than came, and do not compare checksums."""
    handler.keep(handler.take())
    handler.server.held[0] ^= 1
    handler.store()


def _goes_well(handler: "_Handler") -> None:
    handler.keep(handler.take())
    if len(handler.server.held) < handler.total:
        handler.go_on(len(handler.server.held))
    elif handler.headers["x-goog-hash"] not in (None, f"crc32c={handler.crc32c()}"):
        handler.answer(400)
    else:
        handler.store()


class _Handler(BaseHTTPRequestHandler):
    server: GcsSessions
    protocol_version = "HTTP/1.1"
    start = total = 0

    def do_GET(self) -> None:
        self.answer(404 if self.server.blob is None else 200, b"{}")

    def do_DELETE(self) -> None:
        if "ifGenerationMatch=7" in self.path:
            self.server.blob = None
        self.answer(204)

    def do_POST(self) -> None:
        self.take()
        self.server.received = 0
        self.answer(200, Location=f"{self.server.endpoint}/session")

    def do_PUT(self) -> None:
        text = self.headers["Content-Range"]
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", text)
        assert found
        self.start, self.total = int(found[1]), int(found[2])
        self.server.ranges.append(text)
        mood = self.server.moods.pop(0) if self.server.moods else _goes_well
        mood(self)

    def take(self, most: int | None = None) -> bytes:
        """Read the content of the request, or the beginning of it."""
        length = int(self.headers["Content-Length"])
        data = self.rfile.read(length if most is None else min(most, length))
        self.server.received += len(data)
        return data

    def keep(self, data: bytes) -> None:
        held = self.server.held
        assert self.start <= len(held)
        held += data[len(held) - self.start :]
        if len(held) < self.total:
            del held[len(held) // GRANULE * GRANULE :]

    def go_on(self, held: int) -> None:
        self.answer(308, b"", **({"Range": f"bytes=0-{held - 1}"} if held else {}))

    def crc32c(self) -> str:
        return base64.b64encode(google_crc32c.Checksum(bytes(self.server.held)).digest()).decode()

    def store(self) -> None:
        self.server.blob = bytes(self.server.held)
        self.answer(200, json.dumps({"generation": "7", "crc32c": self.crc32c()}).encode())

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextmanager
def gcs_sessions() -> Iterator[GcsSessions]:
    """Run the service."""
    with GcsSessions() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
