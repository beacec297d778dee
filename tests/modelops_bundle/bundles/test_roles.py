"""Roles are sets of layers: those of config.yaml, and some that every bundle has."""

import pytest

from modelops_bundle.bundles.bundle_index import LAYERS
from modelops_bundle.bundles.roles import (
    DEFAULT_ROLES,
    RoleMismatch,
    choose_role,
    parse_roles,
    read_roles,
    with_defaults,
)
from modelops_bundle.errors import ExitCode, Invalid

OWN = b"""
version: 7
a_key_of_a_later_version: true
roles:
  scoring: [models, code]
  runtime: [code]
"""


def test_every_bundle_has_the_default_roles() -> None:
    assert read_roles(b"", "config.yaml") == dict(DEFAULT_ROLES)
    assert DEFAULT_ROLES["default"] == LAYERS


def test_roles_of_a_bundle_come_beside_the_default_ones_or_in_their_place() -> None:
    assert read_roles(OWN, "config.yaml") == {
        "default": LAYERS,
        "runtime": ("code",),
        "scoring": ("code", "models"),
        "training": ("code", "config", "data"),
    }


def test_a_layer_twice_is_a_layer_once() -> None:
    assert parse_roles({"x": ["data", "code", "data"]}, "config.yaml") == {"x": ("code", "data")}


@pytest.mark.parametrize(
    "value",
    [[], "x", {"x": "code"}, {"x": []}, {"x": [1]}, {"x": None}, {1: ["code"]}, {"": ["code"]}, {"a b": ["data"]}],
)
def test_what_is_no_role_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        parse_roles(value, "config.yaml")


def test_a_layer_that_does_not_exist_is_a_mismatch_with_a_suggestion() -> None:
    with pytest.raises(RoleMismatch, match=r"role 'x' of 'config\.yaml'") as caught:
        parse_roles({"x": ["code", "modles"]}, "config.yaml")
    assert caught.value.exit_code is ExitCode.LAYER
    assert caught.value.hint == "did you mean 'models'?"


@pytest.mark.parametrize(
    ("wanted", "role"),
    [
        ((), "default"),
        ((None, None), "default"),
        (("runtime", "training"), "runtime"),
        (("runtime", None), "runtime"),
    ],
)
def test_the_option_wins_over_the_reference_and_that_over_the_default(
    wanted: tuple[str | None, ...], role: str
) -> None:
    assert choose_role(with_defaults({}), *wanted) == role


def test_a_role_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(RoleMismatch, match="'inference'") as caught:
        choose_role(with_defaults({"scoring": ("code",)}), "inference", "runtime")
    assert caught.value.hint == "available roles: default, runtime, scoring, training"


def test_an_empty_name_is_no_role() -> None:
    with pytest.raises(RoleMismatch, match="no role ''"):
        choose_role(with_defaults({}), "", "training")
