"""Environments: `~/.modelops/bundle-env/<name>.yaml`, as the platform writes them.

A project may pin one in `.modelops-bundle/env`. Readers here take what they need and leave the rest, since
the platform owns the format; credentials stay in memory and out of every representation.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.files.durable import write_file
from modelops_bundle.files.yaml_file import read_mapping
from modelops_bundle.safe_path import printable
from modelops_bundle.secret_values import SecretValue

DEFAULT_NAME = "dev"
_SECRETS = ("connection_string", "secret_key", "sas_token")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Environment(SecretValue):
    """A registry that bundles of this environment go to; either part may be absent."""

    name: str
    login_server: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    storage: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)


class Environments:
    """The environments of one user; `directory` is `~/.modelops/bundle-env`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, name: str) -> Path:
        """Return the file of an environment, whether it exists or not; raise Invalid for what is no name."""
        return self.directory / f"{_check_name(name)}.yaml"

    def names(self) -> list[str]:
        """Return the names of all environments, sorted."""
        if not self.directory.is_dir():
            return []
        return sorted(path.stem for path in self.directory.glob("*.yaml") if _NAME.fullmatch(path.stem))

    def load(self, name: str) -> Environment:
        """Return an environment; raise NotFound listing those that exist, or Invalid."""
        path = self.path(name)
        value = read_mapping(path)
        if value is None:
            raise NotFound(
                f"no environment '{name}': '{path}' does not exist",
                hint=f"existing: {', '.join(names)}; modelops-bundle env use NAME"
                if (names := self.names())
                else f"modelops-bundle env create {name} --login-server HOST",
            )
        registry = _section(value, "registry", path)
        storage = _section(value, "storage", path)
        return Environment(
            name,
            str(registry.get("login_server") or "").rstrip("/"),
            str(registry.get("username") or ""),
            str(registry.get("password") or ""),
            MappingProxyType({key: str(text) for key, text in storage.items() if text is not None}),
        )

    def exposed(self, environment: Environment) -> Path | None:
        """Return the file of an environment if it holds secrets that other users of this machine can read."""
        path, storage = self.path(environment.name), environment.storage
        secret = environment.password or "?" in storage.get("endpoint", "") or any(map(storage.get, _SECRETS))
        return path if secret and os.name != "nt" and path.stat().st_mode & 0o077 else None

    def find(self, name: str) -> Environment | None:
        """Return an environment, or None when there is no such one."""
        return self.load(name) if self.path(name).exists() else None


def read_pin(path: Path) -> str:
    """Return the name pinned in a project, or nothing."""
    try:
        name = path.read_text("utf-8", "replace").strip()
    except FileNotFoundError:
        return ""
    return _check_name(name) if name else ""


def write_pin(path: Path, name: str) -> None:
    """Pin an environment's name in a project."""
    write_file(path, f"{_check_name(name)}\n".encode(), flush=True)


def _check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Invalid(f"not a name of an environment: '{printable(name[:100])}'", hint="modelops-bundle env list")
    return name


def _section(value: dict[str, Any], key: str, path: Path) -> dict[str, Any]:
    section = value.get(key) or {}
    if not isinstance(section, dict):
        raise Invalid(f"{key} in '{path}' is not a mapping", hint=f"correct '{path}'")
    return section
