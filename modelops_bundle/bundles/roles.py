"""Roles: which layers of a bundle a place needs. `config.yaml` names them, and some are always there.

A role that `config.yaml` does not redefine means what `DEFAULT_ROLES` says.
"""

import re
from collections.abc import Mapping
from typing import Any

from modelops_bundle.bundles.bundle_index import LAYERS
from modelops_bundle.errors import Invalid, LayerMismatch
from modelops_bundle.files.yaml_file import load_mapping, shown, unknown
from modelops_bundle.safe_path import printable

DEFAULT = "default"

Roles = Mapping[str, tuple[str, ...]]
"""The layers of each role."""

DEFAULT_ROLES: Roles = {
    DEFAULT: ("code", "config", "data", "models"),
    "runtime": ("code", "config"),
    "training": ("code", "config", "data"),
}
"""What every bundle has; docs/formats/config.md lists them."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")


class RoleMismatch(LayerMismatch):
    """A bundle has no such role, or the role names a layer that it does not have."""


def parse_roles(value: Any, what: str) -> dict[str, tuple[str, ...]]:
    """Read the roles of a configuration, which may lack some of the default ones; raise Invalid.

    Raises RoleMismatch when a role names a layer that is none.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid(f"roles in '{what}' is not a mapping of names to layers", hint=f"correct '{what}'")
    return {_check_name(name, what): _layers(layers, name, what) for name, layers in value.items()}


def read_roles(data: bytes, what: str) -> dict[str, tuple[str, ...]]:
    """Return all roles of a bundle whose `config.yaml` is `data`, whatever else stands there.

    What a newer version added to that file is no reason to refuse the bundle. Raises Invalid and RoleMismatch.
    """
    return with_defaults(parse_roles(load_mapping(data, what).get("roles"), what))


def with_defaults(own: Roles) -> dict[str, tuple[str, ...]]:
    """Return roles with the default ones that they do not redefine, sorted by name."""
    return dict(sorted({**DEFAULT_ROLES, **own}.items()))


def choose_role(roles: Roles, *wanted: str | None) -> str:
    """Return the first role that is wanted at all, the default one if none is; raise RoleMismatch.

    Precedence is the caller's order: what the command line says, then what the reference does.
    """
    # An empty name is what a shell makes of an unset variable: it must not stand for everything.
    role = next((name for name in wanted if name is not None), DEFAULT)
    if role not in roles:
        raise RoleMismatch(
            f"the bundle has no role '{printable(role[:100])}'",
            hint=f"available roles: {', '.join(sorted(roles))}",
        )
    return role


def check_roles(roles: Roles, what: str) -> Roles:
    """Return roles whose layers all exist; raise RoleMismatch, and Invalid for a name that is none."""
    for role, layers in roles.items():
        _check_name(role, what)
        for layer in layers:
            if layer not in LAYERS:
                where = f"layer in role '{role}' of '{what}'"
                error = unknown(printable(layer[:100]), LAYERS, where)
                raise RoleMismatch(error.message, hint=error.hint)
    return roles


def _check_name(name: Any, what: str) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Invalid(
            f"not a name of a role in '{what}': '{printable(shown(name))}'",
            hint="it has letters, digits, '-', '_', '.' and '/', and starts with a letter or digit",
        )
    return name


def _layers(value: Any, role: str, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(layer, str) for layer in value):
        raise Invalid(f"roles.{role} in '{what}' is not a list of layers", hint=f"known: {', '.join(LAYERS)}")
    check_roles({role: tuple(value)}, what)
    return tuple(layer for layer in LAYERS if layer in value)
