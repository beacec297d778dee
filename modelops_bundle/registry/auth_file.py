"""The file in which docker, podman and skopeo keep logins: `config.json`, `auth.json`, or `.dockercfg`.

Source: https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
"""

import base64
import binascii
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelops_bundle.errors import Invalid
from modelops_bundle.files.canonical_json import MalformedDocument, decode
from modelops_bundle.files.durable import write_file
from modelops_bundle.registry.credential import Credential
from modelops_bundle.registry.reference import DOCKER_HUB

DOCKER_HUB_KEY = "https://index.docker.io/v1/"
_DOCKER_HUB_KEYS = {DOCKER_HUB, "index.docker.io", "registry-1.docker.io"}
_MAX_BYTES = 4 << 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuthFile:
    """What one such file says; a file that is missing or unreadable says nothing."""

    path: Path
    document: dict[str, Any]

    @classmethod
    def read(cls, path: Path, *, lenient: bool = True) -> "AuthFile":
        """Read a file; raise Invalid for one that is no JSON object, unless `lenient`."""
        try:
            with path.open("rb") as stream:
                document = decode(stream.read(_MAX_BYTES + 1), f"'{path}'", max_bytes=_MAX_BYTES)
        except FileNotFoundError:
            document = {}
        except (OSError, MalformedDocument) as error:
            if not lenient:
                raise Invalid(f"cannot read '{path}': {error}", hint="repair the file, or move it away") from error
            _log.debug("logins of '%s' are ignored: %s", path, error)
            document = {}
        if not isinstance(document, dict):
            if not lenient:
                raise Invalid(f"'{path}' is not a JSON object", hint="repair the file, or move it away")
            document = {}
        if path.name == ".dockercfg":
            document = {"auths": document}
        return cls(path, document)

    def helpers(self, host: str) -> list[tuple[str, str]]:
        """Return the (helper, server) pairs to ask about a host, the most specific first."""
        found = [(name, key) for key, name in self._table("credHelpers").items() if _split_key(key) == (host, "")]
        store = self.document.get("credsStore")
        if isinstance(store, str) and store:
            found.append((store, server_key(host)))
        return [(name, key) for name, key in found if isinstance(name, str) and name]

    def credential(self, host: str, repository: str) -> Credential | None:
        """Return the login for a repository: that of its longest path, else that of the host."""
        entries = {_split_key(key): entry for key, entry in self._table("auths").items()}
        parts = repository.split("/")
        for length in range(len(parts), -1, -1):
            credential = _parse_entry(entries.get((host, "/".join(parts[:length]))), f"'{self.path}'")
            if credential is not None:
                return credential
        return None

    def with_login(self, host: str, username: str, password: str) -> "AuthFile":
        """Return this file with a login for a host in place of what it said of it."""
        secret = base64.b64encode(f"{username}:{password}".encode()).decode()
        auths = {**self.without(host)._table("auths"), server_key(host): {"auth": secret}}
        return AuthFile(self.path, {**self.document, "auths": auths})

    def without(self, host: str) -> "AuthFile":
        """Return this file without the login for a host."""
        auths = {key: entry for key, entry in self._table("auths").items() if _split_key(key) != (host, "")}
        return AuthFile(self.path, {**self.document, "auths": auths})

    def holds(self, host: str) -> bool:
        """Tell whether the file has an entry for a host, be it an empty one."""
        return any(_split_key(key) == (host, "") for key in self._table("auths"))

    def write(self) -> None:
        """Replace the file in one step, readable by its owner only; raise Invalid when that fails."""
        target = self.path.resolve()
        document = self.document.get("auths", {}) if self.path.name == ".dockercfg" else self.document
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            data = json.dumps(document, indent="\t").encode() + b"\n"
            write_file(target, data, flush=True, mode=0o600)
        except OSError as error:
            raise Invalid(
                f"cannot write '{self.path}': {error.strerror}", hint="set DOCKER_CONFIG to another directory"
            ) from error

    def _table(self, key: str) -> dict[str, Any]:
        table = self.document.get(key)
        return table if isinstance(table, dict) else {}


def server_key(host: str) -> str:
    """Return the key under which docker files a host."""
    return DOCKER_HUB_KEY if host == DOCKER_HUB else host


def _split_key(key: str) -> tuple[str, str]:
    """Return the host and path that a key means: docker writes URLs, podman `host/path`."""
    bare = key.partition("://")[2] or key
    host, _, path = bare.strip("/").partition("/")
    host = host.lower()
    if path in ("v1", "v2") and ("://" in key or key.endswith("/")):
        path = ""
    return (DOCKER_HUB if host in _DOCKER_HUB_KEYS else host), path


def _parse_entry(entry: Any, source: str) -> Credential | None:
    """Return the login of an entry; None for the `{}` that stands for one kept elsewhere."""
    if not isinstance(entry, dict):
        return None

    def text(key: str) -> str:
        value = entry.get(key)
        return value if isinstance(value, str) else ""

    username, password = text("username"), text("password")
    if text("auth"):
        padded = text("auth").strip() + "=" * (-len(text("auth").strip()) % 4)
        try:
            decoded = base64.b64decode(padded).decode()
        except (binascii.Error, UnicodeDecodeError):
            _log.debug("a login in %s is not base64", source)
            return None
        username, _, password = decoded.strip("\0\n").partition(":")
    if not (password or text("identitytoken") or text("registrytoken")):
        return None
    return Credential(username, password, text("identitytoken"), text("registrytoken"), source)
