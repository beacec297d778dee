"""Fixtures that every test may use: an environment of its own, and real registries."""

import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest

from tests.support.programs import MISSING_IS_FAILURE, require
from tests.support.registry_server import (
    RegistryServer,
    anonymous_registry,
    htpasswd_registry,
    tls_registry,
    token_registry,
)

# No deadline in either: a busy two-core machine is slow now and then without anything being wrong.
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.load_profile("ci" if MISSING_IS_FAILURE else "dev")

# A shell without job control starts what it puts in the background with SIGINT ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What a machine may set that would change what a test sees.
_FOREIGN_PREFIXES = (
    *("AWS_", "AZURE_", "CLOUDSDK_", "DOCKER_", "GIT_", "GOOGLE_", "SSL_", "XDG_"),
    *("MODELOPS_", "MODEL_OPS_", "REGISTRY_"),
)
_FOREIGN_NAMES = {
    *("CI", "CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR"),
    *("ALL_PROXY", "CURL_CA_BUNDLE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE"),
}


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give each test an empty home, and an environment without the variables of this machine."""
    for name in list(os.environ):
        if name.upper().startswith(_FOREIGN_PREFIXES) or name.upper() in _FOREIGN_NAMES:
            monkeypatch.delenv(name)
    home = str(tmp_path_factory.mktemp("home"))
    monkeypatch.setenv("HOME", home)
    monkeypatch.setenv("USERPROFILE", home)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `server("NAME")` where the program NAME is missing; in CI, fail it."""
    for mark in item.iter_markers("server"):
        require(mark.args[0])


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    """A real anonymous registry, shared: each test uses repository names of its own."""
    with anonymous_registry(tmp_path_factory.mktemp("registry")) as server:
        yield server


@pytest.fixture(scope="session")
def registry_htpasswd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    """A real registry with Basic authentication, shared."""
    with htpasswd_registry(tmp_path_factory.mktemp("registry-htpasswd")) as server:
        yield server


@pytest.fixture(scope="session")
def registry_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    """A real registry over TLS that only its `ca_file` vouches for, shared."""
    with tls_registry(tmp_path_factory.mktemp("registry-tls")) as server:
        yield server


@pytest.fixture
def registry_token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    """A real registry with Bearer tokens; not shared, so that `tokens` counts one test's requests."""
    with token_registry(tmp_path_factory.mktemp("registry-token")) as server:
        yield server
