"""Run a real registry (docker-registry, that is distribution) for tests, in four flavours.

Each is a subprocess on a free loopback port, with its data, configuration and log in the directory given.
It has no referrers API, and ignores `n` and `last` of tag lists; `stub_registry` has what this one lacks.
"""

import json
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from tests.support.certificates import issue_server_certificate
from tests.support.programs import require
from tests.support.token_server import ISSUER, TokenServer, token_server

USERNAME = "alice"
PASSWORD = "s3cret"
SERVICE = "test-registry"

_HTPASSWD = f"{USERNAME}:$2y$05$ijSFN4DNVxXMnx7xaaGhmujoFMo5b4vKDZ08cPm7rXVxvGYUXX/Qq\n"  # bcrypt of PASSWORD
_LISTENING = re.compile(r"listening on (127\.0\.0\.1:\d+)")
_START_SECONDS = 20
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class RegistryServer:
    """A running registry; `host` is `127.0.0.1:port`, and `username` is empty when anybody may push."""

    host: str
    data_dir: Path
    config_file: Path
    log_file: Path
    ca_file: Path | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    tokens: TokenServer | None = None

    @property
    def url(self) -> str:
        """The origin, without a slash at its end."""
        return f"{'https' if self.ca_file else 'http'}://{self.host}"

    @property
    def log(self) -> str:
        """Everything that the registry wrote, one line for each request among it."""
        return self.log_file.read_text(errors="replace")

    def blob_file(self, digest: str) -> Path:
        """Return where a blob's bytes are kept, for tests that damage them or look whether they are gone."""
        hexadecimal = digest.removeprefix("sha256:")
        blobs = self.data_dir / "docker" / "registry" / "v2" / "blobs" / "sha256"
        return blobs / hexadecimal[:2] / hexadecimal / "data"

    def collect_garbage(self, *, delete_untagged: bool = False) -> str:
        """Run the registry's own garbage collection on its data, and return what it printed."""
        flags = ["--delete-untagged"] if delete_untagged else []
        command = [str(require("docker-registry")), "garbage-collect", *flags, str(self.config_file)]
        done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"garbage-collect failed:\n{done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def anonymous_registry(directory: Path) -> Iterator[RegistryServer]:
    """Run a registry where anybody may push."""
    with _serve(directory) as server:
        yield server


@contextmanager
def htpasswd_registry(directory: Path) -> Iterator[RegistryServer]:
    """Run a registry with Basic authentication: USERNAME and PASSWORD."""
    users = directory / "htpasswd"
    users.write_text(_HTPASSWD)
    with _serve(directory, auth={"htpasswd": {"realm": "test", "path": str(users)}}) as server:
        yield replace(server, username=USERNAME, password=PASSWORD)


@contextmanager
def token_registry(directory: Path, *, ttl: int = 300) -> Iterator[RegistryServer]:
    """Run a registry with Bearer tokens of `ttl` seconds from a token server of its own."""
    with token_server(USERNAME, PASSWORD, ttl=ttl) as tokens:
        bundle = directory / "token.crt"
        bundle.write_bytes(tokens.certificate.public_bytes(Encoding.PEM))
        auth = {"realm": tokens.realm, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": str(bundle)}
        with _serve(directory, auth={"token": auth}) as server:
            yield replace(server, username=USERNAME, password=PASSWORD, tokens=tokens)


@contextmanager
def tls_registry(directory: Path) -> Iterator[RegistryServer]:
    """Run an anonymous registry over TLS, with a certificate that only `ca_file` vouches for."""
    certificate = issue_server_certificate(directory)
    tls = {"certificate": str(certificate.certificate_file), "key": str(certificate.key_file)}
    with _serve(directory, tls=tls) as server:
        yield replace(server, ca_file=certificate.ca_file)


@contextmanager
def _serve(
    directory: Path, *, auth: Mapping[str, object] | None = None, tls: Mapping[str, str] | None = None
) -> Iterator[RegistryServer]:
    program = require("docker-registry")
    data_dir, config_file, log_file = directory / "data", directory / "registry.yml", directory / "log"
    config = {
        "version": "0.1",
        "log": {"level": "info"},
        "storage": {
            "filesystem": {"rootdirectory": str(data_dir)},
            "delete": {"enabled": True},
            "redirect": {"disable": True},
        },
        "http": {"addr": "127.0.0.1:0"} | ({"tls": dict(tls)} if tls else {}),
    } | ({"auth": dict(auth)} if auth else {})
    config_file.write_text(json.dumps(config))  # JSON is YAML
    with log_file.open("wb") as log:
        # An empty environment: REGISTRY_* variables would override the configuration.
        process = subprocess.Popen(
            [program, "serve", config_file],
            env={},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield RegistryServer(_listening_host(process, log_file), data_dir, config_file, log_file)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listening_host(process: subprocess.Popen[bytes], log_file: Path) -> str:
    """Return the address that the registry says it bound: no other program can take the port in between."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        ended = process.poll()
        log = log_file.read_text(errors="replace")
        if found := _LISTENING.search(log):
            return found[1]
        assert ended is None, f"docker-registry ended with status {ended}:\n{log}"
        time.sleep(0.005)
    raise AssertionError(f"docker-registry did not listen within {_START_SECONDS} s:\n{log}")
