"""`local.yaml`: what is true of one checkout only."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.checkout.local_config import (
    LocalConfig,
    read_local_config,
    repository_name,
    write_local_config,
)
from modelops_bundle.errors import Invalid
from modelops_bundle.registry.reference import parse_repository


def test_a_missing_file_gives_the_defaults(tmp_path: Path) -> None:
    assert read_local_config(tmp_path / "local.yaml") == LocalConfig(remote="", repository="", tag="latest")


@pytest.mark.parametrize(
    "local",
    [
        LocalConfig(),
        LocalConfig(remote="oci:/data/größe/a b"),
        LocalConfig(remote="localhost:5000/lab/seir", tag="v1.0"),
        LocalConfig(repository="1e3", tag="1.10"),
        LocalConfig(repository="yes", tag="null"),
    ],
)
def test_what_is_written_is_read_back(tmp_path: Path, local: LocalConfig) -> None:
    write_local_config(tmp_path / "local.yaml", local)
    assert read_local_config(tmp_path / "local.yaml") == local


@pytest.mark.parametrize(
    "text",
    ["remote: 5", "remote: [a]", "repository: {}", "tag: 1.10", "tag: a/b", "tag: -x", "user: me", "version: 9"],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "local.yaml").write_text(text)
    with pytest.raises(Invalid):
        read_local_config(tmp_path / "local.yaml")


@pytest.mark.parametrize(
    ("directory", "name"),
    [
        ("SEIR Model", "seir-model"),
        ("a__b..c", "a-b-c"),
        ("-x-", "x"),
        ("größe", "gr-e"),
        ("___", "bundle"),
        ("", "bundle"),
    ],
)
def test_a_repository_is_named_after_its_directory(directory: str, name: str) -> None:
    assert repository_name(directory) == name


@given(st.text(max_size=100))
def test_any_directory_makes_a_name_that_registries_take(directory: str) -> None:
    name = repository_name(directory)
    assert parse_repository(f"localhost:5000/{name}").repository == name
    assert re.fullmatch(r"[a-z0-9._-]+", name)
