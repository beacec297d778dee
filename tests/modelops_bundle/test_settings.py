"""The process environment, read in one place."""

from pathlib import Path

import pytest

from modelops_bundle.errors import ExitCode, Invalid
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
        ("MODELOPS_AZURE_BLOB_ENDPOINT", "MODEL_OPS_AZURE_BLOB_ENDPOINT", "AZURE_BLOB_ENDPOINT"),
    ],
)
def test_the_newer_of_several_names_wins(names: tuple[str, ...]) -> None:
    for at in range(len(names)):
        variables = {name: f"from {name}" for name in names[at:]}
        settings = Settings.from_environment(variables)
        access = (settings.username, settings.password, settings.azure_endpoint)
        assert f"from {names[at]}" in (settings.registry, settings.repository, *access)


@pytest.mark.parametrize(
    "names",
    [
        ("MODELOPS_HTTP_TIMEOUT", "MODEL_OPS_HTTP_TIMEOUT", "HTTP_TIMEOUT"),
        ("MODELOPS_EXT_TIMEOUT", "MODEL_OPS_EXT_TIMEOUT", "EXT_TIMEOUT", "EXTERNAL_TIMEOUT_S"),
        ("MODELOPS_HTTP_RETRY", "MODEL_OPS_HTTP_RETRY", "HTTP_RETRY"),
    ],
)
def test_the_newer_of_several_names_of_a_number_wins(names: tuple[str, ...]) -> None:
    for at in range(len(names)):
        settings = Settings.from_environment({name: str(100 + index) for index, name in enumerate(names[at:], at)})
        assert 100 + at in (settings.timeout, settings.storage_timeout, settings.retries)


def test_the_newer_of_several_names_of_a_flag_wins() -> None:
    names = (
        *("MODELOPS_BUNDLE_INSECURE", "MODELOPS_REGISTRY_INSECURE"),
        *("MODEL_OPS_REGISTRY_INSECURE", "REGISTRY_INSECURE"),
    )
    for at, name in enumerate(names):
        older = dict.fromkeys(names[at + 1 :], "off")
        assert Settings.from_environment({name: "on", **older}).insecure


@pytest.mark.parametrize("name", ["DEBUG", "ALLOW_STAT_WITHOUT_SHA", "MODELOPS_ALLOW_STAT_WITHOUT_SHA"])
def test_a_variable_that_is_left_to_others_changes_nothing(name: str) -> None:
    assert Settings.from_environment({"HOME": "/home/me", name: "perhaps"}) == Settings(home=Path("/home/me"))


def test_the_key_alone_is_that_of_the_usual_account_and_container() -> None:
    settings = Settings.from_environment({"AZURE_STORAGE_KEY": "planted"})
    assert (settings.azure_account, settings.storage_container) == ("modelops", "bundles")
    variables = {"AZURE_STORAGE_KEY": "k", "AZURE_STORAGE_ACCOUNT": "lab", "AZURE_STORAGE_CONTAINER": "blobs"}
    settings = Settings.from_environment(variables)
    assert (settings.azure_account, settings.storage_container) == ("lab", "blobs")


def test_what_logs_in_to_azure_is_read_and_its_secrets_stay_out_of_sight() -> None:
    names = ("CONNECTION_STRING", "ACCOUNT", "KEY", "SAS_TOKEN", "CONTAINER")
    settings = Settings.from_environment({f"AZURE_STORAGE_{name}": f"planted {name}" for name in names})
    assert (settings.azure_account, settings.storage_container) == ("planted ACCOUNT", "planted CONTAINER")
    secrets = (settings.azure_connection_string, settings.azure_key, settings.azure_sas_token)
    assert secrets == ("planted CONNECTION_STRING", "planted KEY", "planted SAS_TOKEN")
    assert not any(secret in repr(settings) for secret in secrets)


def test_the_patience_with_blob_stores_is_30_seconds_unless_a_variable_says() -> None:
    assert Settings.from_environment({}).storage_timeout == 30
    assert Settings.from_environment({"EXTERNAL_TIMEOUT_S": "2.5"}).storage_timeout == 2.5


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
    ["MODELOPS_HTTP_TIMEOUT", "HTTP_TIMEOUT", "EXTERNAL_TIMEOUT_S", "HTTP_RETRY", "MODELOPS_BUNDLE_JOBS"],
)
def test_a_number_that_makes_no_sense_is_refused_by_its_own_name(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=f"^{name} is not a number"):
        Settings.from_environment({name: value})


@pytest.mark.parametrize("value", ["0", "0.0", "-0"])
@pytest.mark.parametrize("name", ["MODEL_OPS_HTTP_TIMEOUT", "EXTERNAL_TIMEOUT_S"])
def test_nobody_waits_for_no_time(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=f"^{name} is not a number above 0: '{value}'") as refused:
        Settings.from_environment({name: value})
    assert refused.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("name", ["HTTP_RETRY", "MODELOPS_BUNDLE_JOBS"])
def test_half_a_try_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match=f"^{name} is not a number of 0 or more: '2.5'"):
        Settings.from_environment({name: "2.5"})


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
