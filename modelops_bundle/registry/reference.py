"""Names of things in registries: `host[:port]/path[:tag][@sha256:…]`.

A name without a host is Docker Hub's, and its official images stand in `library/`, as docker has it.
Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
"""

import re
from dataclasses import dataclass

from modelops_bundle.digest import Digest, parse_digest
from modelops_bundle.errors import Invalid
from modelops_bundle.tags import check_tag

DOCKER_HUB = "docker.io"
DOCKER_HUB_API = "registry-1.docker.io"
_DOCKER_HUB_ALIASES = {DOCKER_HUB, DOCKER_HUB_API, "index.docker.io"}

MAX_NAME = 255
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"({_LABEL}(\.{_LABEL})*|\[[0-9a-f:.]+\])(:[0-9]{{1,5}})?")
_COMPONENT = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_COMPONENT}(/{_COMPONENT})*")
_EXAMPLE = "write HOST/PATH:TAG, such as 'ghcr.io/lab/malaria:v1' or 'localhost:5000/malaria'"


@dataclass(frozen=True, slots=True)
class RegistryReference:
    """A repository of a registry and, where they are named, a tag and a digest in it."""

    host: str
    repository: str
    tag: str | None = None
    digest: Digest | None = None

    @property
    def name(self) -> str:
        """The repository as a person writes it, without tag and digest."""
        return f"{self.host}/{self.repository}".rstrip("/")

    @property
    def api_host(self) -> str:
        """The host that answers requests; it has another name on Docker Hub only."""
        return DOCKER_HUB_API if self.host == DOCKER_HUB else self.host

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"


def parse_reference(text: str) -> RegistryReference:
    """Parse a reference; raise Invalid saying which part of it is wrong."""
    _check_secrets(text, "sha256:")
    if "://" in text:
        scheme, _, rest = text.partition("://")
        raise Invalid(f"a registry reference has no scheme: '{text}'", hint=f"leave out '{scheme}://': '{rest}'")
    name, _, digest = text.partition("@")
    host, path = _split_host(name)
    path, colon, tag = path.partition(":")
    if host == DOCKER_HUB and path and "/" not in path:
        path = f"library/{path}"
    return RegistryReference(
        host=check_host(host),
        repository=_check_repository(host, path),
        tag=check_tag(tag) if colon else None,
        digest=parse_digest(digest) if digest or text.endswith("@") else None,
    )


def host_of(text: str) -> str:
    """Return the host that a person means by a host, a URL or a repository; raise Invalid when there is
    none.
    """
    _check_secrets(text)
    return check_host((text.partition("://")[2] or text).partition("/")[0])


def check_host(host: str) -> str:
    """Return the host and port of a registry as we write it; raise Invalid when it is neither."""
    _check_secrets(host)
    folded = host.lower()
    if not _HOST.fullmatch(folded):
        raise Invalid(f"not the host of a registry: '{host[:MAX_NAME]}'", hint=_EXAMPLE)
    return DOCKER_HUB if folded in _DOCKER_HUB_ALIASES else folded


def _check_secrets(address: str, *after_at: str) -> None:
    """Raise Invalid for an address with a login or a query; what may follow an `@` begins with `after_at`.

    The address is kept out of the message: all of it may belong to a password.
    """
    _, at, tail = address.rpartition("@")
    if at and tail and not tail.lower().startswith(after_at):
        raise Invalid(
            "the address of a registry holds no user name or password", hint="modelops-bundle login HOST"
        )
    if "?" in address:
        raise Invalid("the address of a registry ends before its '?'", hint=_EXAMPLE)


def _split_host(name: str) -> tuple[str, str]:
    """Tell the host from the path: a host has a dot or a port, or is `localhost`."""
    first, slash, rest = name.partition("/")
    looks_like_host = "." in first or ":" in first or first.lower() == "localhost"
    if slash and looks_like_host:
        return check_host(first), rest
    bare = first.partition(":")[0]
    if not slash and ("." in bare or bare.lower() == "localhost"):
        raise Invalid(f"'{name}' names a registry but no repository in it", hint=_EXAMPLE)
    return DOCKER_HUB, name


def _check_repository(host: str, path: str) -> str:
    if not path:
        raise Invalid(f"'{host}' names a registry but no repository in it", hint=_EXAMPLE)
    if path != path.lower():
        raise Invalid(f"a repository name has no capitals: '{path}'", hint=f"write '{path.lower()}'")
    if not _REPOSITORY.fullmatch(path):
        raise Invalid(
            f"not a repository name: '{path[:MAX_NAME]}'",
            hint="each part between '/' has lower-case letters and digits, joined by '.', '_', '__' or '-'",
        )
    if len(host) + 1 + len(path) > MAX_NAME:
        raise Invalid(f"'{host}/{path[:40]}…' is longer than {MAX_NAME} characters", hint="choose a shorter name")
    return path
