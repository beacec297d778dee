"""The process environment, read in one place."""

from pathlib import Path

import pytest

from modelops_bundle.errors import Invalid
from modelops_bundle.settings import Settings


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = Settings.from_environment({"HOME": "/home/me"})
    assert settings == Settings(home=Path("/home/me"))


@pytest.mark.parametrize(
    ("variables", "directory"),
    [
        ({}, "/home/me/.cache/modelops-bundle"),
        ({"XDG_CACHE_HOME": "/var/cache"}, "/var/cache/modelops-bundle"),
        ({"XDG_CACHE_HOME": "/var/cache", "MODELOPS_BUNDLE_CACHE_DIR": "/scratch"}, "/scratch"),
    ],
)
def test_the_cache_is_where_the_user_says(variables: dict[str, str], directory: str) -> None:
    assert Settings.from_environment({"HOME": "/home/me", **variables}).cache_dir == Path(directory)


@pytest.mark.parametrize(
    "names",
    [
        ("MODELOPS_BUNDLE_REGISTRY", "MODELOPS_REGISTRY_URL", "MODEL_OPS_REGISTRY_URL", "REGISTRY_URL"),
        ("MODELOPS_REGISTRY_REPO", "MODEL_OPS_REGISTRY_REPO", "REGISTRY_REPO"),
        ("MODELOPS_REGISTRY_USERNAME", "MODEL_OPS_REGISTRY_USERNAME", "REGISTRY_USERNAME"),
        ("MODELOPS_REGISTRY_PASSWORD", "MODEL_OPS_REGISTRY_PASSWORD", "REGISTRY_PASSWORD"),
    ],
)
def test_the_newer_of_several_names_wins(names: tuple[str, ...]) -> None:
    for at in range(len(names)):
        variables = {name: f"from {name}" for name in names[at:]}
        settings = Settings.from_environment(variables)
        values = (settings.registry, settings.repository, settings.username, settings.password)
        assert f"from {names[at]}" in values


def test_what_logs_in_to_azure_is_read_and_its_secrets_stay_out_of_sight() -> None:
    names = ("CONNECTION_STRING", "ACCOUNT", "KEY", "SAS_TOKEN", "CONTAINER")
    settings = Settings.from_environment({f"AZURE_STORAGE_{name}": f"planted {name}" for name in names})
    assert (settings.azure_account, settings.storage_container) == ("planted ACCOUNT", "planted CONTAINER")
    secrets = (settings.azure_connection_string, settings.azure_key, settings.azure_sas_token)
    assert secrets == ("planted CONNECTION_STRING", "planted KEY", "planted SAS_TOKEN")
    assert not any(secret in repr(settings) for secret in secrets)


@pytest.mark.parametrize("name", ["MODELOPS_EXT_TIMEOUT", "MODEL_OPS_EXT_TIMEOUT", "EXTERNAL_TIMEOUT_S"])
def test_the_patience_with_blob_stores_is_read(name: str) -> None:
    assert Settings.from_environment({name: "2.5"}).storage_timeout == 2.5


def test_an_empty_variable_counts_as_unset() -> None:
    variables = {"MODELOPS_BUNDLE_REGISTRY": " ", "REGISTRY_URL": "ghcr.io/lab"}
    assert Settings.from_environment(variables).registry == "ghcr.io/lab"


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Yes", True), ("off", False), ("", False)])
def test_flags_are_true_or_false(value: str, expected: bool) -> None:
    assert Settings.from_environment({"MODELOPS_BUNDLE_INSECURE": value}).insecure is expected


@pytest.mark.parametrize("name", ["MODELOPS_BUNDLE_INSECURE", "MODEL_OPS_REGISTRY_INSECURE"])
def test_a_flag_that_makes_no_sense_is_refused_by_its_own_name(name: str) -> None:
    with pytest.raises(Invalid, match=f"{name} is neither") as caught:
        Settings.from_environment({name: "perhaps"})
    assert caught.value.hint == f"unset {name}"


@pytest.mark.parametrize("value", ["x", "nan", "inf", "-inf", "1e999", "-1", "0x10"])
@pytest.mark.parametrize(
    "name",
    ["MODELOPS_HTTP_TIMEOUT", "MODEL_OPS_HTTP_TIMEOUT", "MODEL_OPS_HTTP_RETRY", "MODELOPS_BUNDLE_JOBS"],
)
def test_a_number_that_makes_no_sense_is_refused_by_its_own_name(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=f"{name} is not a number"):
        Settings.from_environment({name: value})


def test_numbers_are_read() -> None:
    variables = {"MODELOPS_HTTP_TIMEOUT": "2.5", "MODEL_OPS_HTTP_RETRY": "0", "MODELOPS_BUNDLE_JOBS": "3"}
    settings = Settings.from_environment(variables)
    assert (settings.timeout, settings.retries, settings.jobs) == (2.5, 0, 3)


def test_ci_takes_any_value_that_is_not_false() -> None:
    assert Settings.from_environment({"CI": "woodpecker"}).ci
    assert not Settings.from_environment({"CI": "false"}).ci


def test_no_representation_holds_a_secret() -> None:
    settings = Settings.from_environment({"REGISTRY_PASSWORD": "s3cret", "MODELOPS_REGISTRY_TOKEN": "t0ken"})
    assert "s3cret" not in repr(settings)
    assert "t0ken" not in repr(settings)
    assert (settings.password, settings.token) == ("s3cret", "t0ken")
