"""A stub registry, and remotes on it that do not really wait between tries."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.registry.remote import RegistryRemote
from modelops_bundle.settings import Settings
from tests.support.stub_registry import StubRegistry, stub_registry
from tests.support.stub_tokens import PASSWORD, USERNAME

Connect = Callable[..., RegistryRemote]


@pytest.fixture
def stub() -> Iterator[StubRegistry]:
    """A plain registry; tests change its `quirks`."""
    with stub_registry() as registry:
        yield registry


@pytest.fixture
def sleeps() -> list[float]:
    """The seconds that remotes would have slept."""
    return []


@pytest.fixture
def connect(stub: StubRegistry, sleeps: list[float], tmp_path: Path) -> Iterator[Connect]:
    """Open remotes: `connect("lab/model", login=True, retries=2)`; they are closed at the end."""
    remotes: list[RegistryRemote] = []

    def open_remote(repository: str = "lab/model", *, login: bool = False, **settings: Any) -> RegistryRemote:
        if login:
            settings = {"username": USERNAME, "password": PASSWORD} | settings
        remote = RegistryRemote(
            f"{stub.host}/{repository}", Settings(**({"home": tmp_path} | settings)), sleeps.append
        )
        remotes.append(remote)
        return remote

    yield open_remote
    for remote in remotes:
        remote.close()


@pytest.fixture
def remote(connect: Connect) -> RegistryRemote:
    """The repository `lab/model`, without a login."""
    return connect()
