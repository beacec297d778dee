"""Names of repositories in registries: `host[:port]/path`.

A host is told from a path as docker tells it, but never left out: a name without one is not Docker Hub's. The
official images of Docker Hub stand in `library/`. Hosts and paths may be written with capitals, and have none.
Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
"""

import re
from dataclasses import dataclass

from modelops_bundle.errors import Invalid
from modelops_bundle.safe_path import printable

DOCKER_HUB = "docker.io"
DOCKER_HUB_API = "registry-1.docker.io"
_DOCKER_HUB_ALIASES = {DOCKER_HUB, DOCKER_HUB_API, "index.docker.io"}

MAX_NAME = 255
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"({_LABEL}(\.{_LABEL})*|\[[0-9a-f:.]+\])(:[0-9]{{1,5}})?")
_COMPONENT = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_COMPONENT}(/{_COMPONENT})*")
_EXAMPLE = "write HOST/PATH, such as 'ghcr.io/lab/malaria' or 'localhost:5000/malaria'"


@dataclass(frozen=True, slots=True)
class RegistryReference:
    """A repository of a registry."""

    host: str
    repository: str

    @property
    def name(self) -> str:
        """The repository as a person writes it."""
        return f"{self.host}/{self.repository}".rstrip("/")

    @property
    def api_host(self) -> str:
        """The host that answers requests; it has another name on Docker Hub only."""
        return DOCKER_HUB_API if self.host == DOCKER_HUB else self.host

    def __str__(self) -> str:
        return self.name


def parse_repository(text: str) -> RegistryReference:
    """Parse the name of a repository, with its host; raise Invalid saying which part of it is wrong."""
    check_address(text)
    if not has_host(text):
        raise _without_host(text)
    first, _, path = text.partition("/")
    host, path = check_host(first), path.lower()
    if host == DOCKER_HUB and path and "/" not in path:
        path = f"library/{path}"
    if not path:
        raise Invalid(f"'{host}' names a registry but no repository in it", hint=_EXAMPLE)
    check_repository(path)
    if len(host) + 1 + len(path) > MAX_NAME:
        raise Invalid(f"'{host}/{path[:40]}…' is longer than {MAX_NAME} characters", hint="choose a shorter name")
    return RegistryReference(host, path)


def check_repository(path: str) -> str:
    """Return the path of a repository, without a host, as registries write it; raise Invalid."""
    folded = path.lower()
    if not _REPOSITORY.fullmatch(folded):
        raise Invalid(
            f"not a repository name: '{printable(path[:MAX_NAME])}'",
            hint="each part between '/' has letters and digits, joined by '.', '_', '__' or '-'",
        )
    return folded


def has_host(name: str) -> bool:
    """Tell whether a name begins with a host: before the first '/' is a dot, a port, or `localhost`."""
    first, slash, _ = name.partition("/")
    return bool(slash) and ("." in first or ":" in first or first.lower() == "localhost")


def host_of(text: str) -> str:
    """Return the host that a person means by a host, a URL or a repository; raise Invalid when there is
    none.
    """
    check_address(text)
    return check_host((text.partition("://")[2] or text).partition("/")[0])


def check_host(host: str) -> str:
    """Return the host and port of a registry as we write it; raise Invalid when it is neither."""
    check_address(host)
    folded = host.lower()
    if not _HOST.fullmatch(folded):
        raise Invalid(f"not the host of a registry: '{printable(host[:MAX_NAME])}'", hint=_EXAMPLE)
    return DOCKER_HUB if folded in _DOCKER_HUB_ALIASES else folded


def check_address(address: str) -> str:
    """Return an address that holds neither a login nor a query; raise Invalid.

    The address is kept out of the message: all of it may belong to a password.
    """
    if "@" in address:
        raise Invalid(
            "the address of a registry holds no user name or password", hint="modelops-bundle login HOST"
        )
    if "?" in address:
        raise Invalid("the address of a registry ends before its '?'", hint=_EXAMPLE)
    return address


def _without_host(name: str) -> Invalid:
    shown = printable(name[:MAX_NAME])
    if "/" not in name and has_host(f"{name}/"):
        return Invalid(f"'{shown}' names a registry but no repository in it", hint=_EXAMPLE)
    return Invalid(f"'{shown}' names no registry", hint=_EXAMPLE)
