"""Run moto's S3 server for tests: it knows conditions and checksums, and lets everybody in."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import require_module
from tests.support.server_process import free_ports, listens, server_process


@contextmanager
def moto_server(directory: Path) -> Iterator[str]:
    """Run moto, and give its endpoint."""
    require_module("moto.server")
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with server_process(command, directory / "moto.log", lambda: listens(port)):
        yield f"http://127.0.0.1:{port}"
