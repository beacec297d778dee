"""Emulators of the clouds' blob stores, each started as the tests start it, with nothing in it."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.benchmarks import peers
from tests.support import swift_server
from tests.support.azurite_server import azurite_server
from tests.support.fake_gcs_server import fake_gcs_server
from tests.support.gcp_storage_emulator import gcp_storage_emulator
from tests.support.moto_server import moto_server

CONTAINER = "benchmark"

Storage = Mapping[str, str]
"""What an environment says about a store: its provider, container, endpoint and credentials."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """One that can be started, again and again; `provider` is what our environments call its kind."""

    name: str
    provider: str
    start: Callable[[Path], AbstractContextManager[Storage]]

    @contextmanager
    def running(self, directory: Path) -> Iterator[Storage]:
        """Run it with its data in memory or in a directory; raise PeerMissing where it cannot be had."""
        try:
            with self.start(directory) as storage:
                yield {"provider": self.provider, "container": CONTAINER, **storage}
        except (pytest.skip.Exception, pytest.fail.Exception) as missing:
            raise peers.PeerMissing(str(missing)) from None


@contextmanager
def _azurite(directory: Path) -> Iterator[Storage]:
    found = subprocess.run(
        [peers.CHECKOUT / "scripts" / "azurite"], stdout=subprocess.PIPE, text=True, check=False
    )
    if program := found.stdout.strip():
        os.environ["PATH"] = f"{Path(program).parent}:{os.environ['PATH']}"
    with azurite_server(directory) as server:
        yield {"connection_string": server.connection_string}


@contextmanager
def _moto(directory: Path) -> Iterator[Storage]:
    with moto_server(directory) as endpoint:
        yield _s3(endpoint, "any", "any")


@contextmanager
def _swift(directory: Path) -> Iterator[Storage]:
    peers.program("memcached")
    with swift_server.swift_server(directory) as server:
        yield _s3(server.endpoint, swift_server.ACCESS_KEY, swift_server.SECRET_KEY)


@contextmanager
def _fake_gcs(directory: Path) -> Iterator[Storage]:
    with fake_gcs_server(directory) as endpoint:
        yield {"endpoint": endpoint}


@contextmanager
def _gcp_storage_emulator(directory: Path) -> Iterator[Storage]:
    with gcp_storage_emulator(directory) as endpoint:
        yield {"endpoint": endpoint}


def _s3(endpoint: str, access_key: str, secret_key: str) -> Storage:
    return {"endpoint": endpoint, "access_key": access_key, "secret_key": secret_key}


EMULATORS = (
    Emulator("Azurite", "azurite", _azurite),
    Emulator("moto", "minio", _moto),
    Emulator("Swift", "minio", _swift),
    Emulator("fake-gcs-server", "gcs", _fake_gcs),
    Emulator("gcp-storage-emulator", "gcs", _gcp_storage_emulator),
)
