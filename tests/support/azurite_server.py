"""Run Azurite, Microsoft's own emulator of Azure Blob Storage, for tests.

Without `--skipApiVersionCheck` it refuses an SDK that is newer than it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.programs import require
from tests.support.server_process import free_ports, listens, server_process

ACCOUNT = "testaccount"
KEY = "cGxhbnRlZC1henVyZS1rZXk="


@dataclass(frozen=True, slots=True)
class AzuriteServer:
    """A running Azurite, and the account that it knows."""

    port: int
    log_file: Path

    @property
    def endpoint(self) -> str:
        """The address of the account."""
        return f"http://127.0.0.1:{self.port}/{ACCOUNT}"

    @property
    def connection_string(self) -> str:
        """All that logs in."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={self.endpoint};"
        )


@contextmanager
def azurite_server(directory: Path) -> Iterator[AzuriteServer]:
    """Run Azurite, with its blobs in memory."""
    program = require("azurite-blob")
    (port,) = free_ports(1)
    log = directory / "azurite.log"
    flags = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence", "--skipApiVersionCheck"]
    # An account of our own, so that a test tells whether its key is shown anywhere.
    env = {"PATH": f"{program.parent}:/usr/local/bin:/usr/bin:/bin", "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"}
    with server_process([program, *flags], log, lambda: listens(port), env):
        yield AzuriteServer(port, log)
