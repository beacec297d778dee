"""Run gcp-storage-emulator for tests: it resumes uploads and checks digests, but knows no conditions."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import require_module
from tests.support.server_process import free_ports, listens, server_process


@contextmanager
def gcp_storage_emulator(directory: Path) -> Iterator[str]:
    """Run the emulator, and give its endpoint."""
    require_module("gcp_storage_emulator")
    (port,) = free_ports(1)
    start = "from gcp_storage_emulator.__main__ import main; main()"
    arguments = ["start", "--host", "127.0.0.1", "--port", str(port), "--in-memory"]
    command = [sys.executable, "-c", start, *arguments]
    with server_process(command, directory / "gcp-storage-emulator.log", lambda: listens(port)):
        yield f"http://127.0.0.1:{port}"
