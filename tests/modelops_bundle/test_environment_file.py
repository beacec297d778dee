"""An environment's file is written as the platform does it, read as it was meant, and shown without secrets."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops_bundle.blob_stores.location import PROVIDERS, Scheme
from modelops_bundle.blob_stores.storage_access import access_to
from modelops_bundle.checkout.project import Project
from modelops_bundle.environment_file import (
    SECRETS,
    SET,
    STORAGE_PROVIDERS,
    NewEnvironment,
    active_environment,
    create_environment,
    parse_secrets,
    show_environment,
)
from modelops_bundle.environments import DEFAULT_NAME, Environment, Environments, write_pin
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.settings import Settings

SECRET = st.text("aB1é=#@?&'\"{}[]:,-*!%|>~\\", min_size=1, max_size=8)
PLAIN = NewEnvironment("lab", "h.io")
LOGINS = [(), ("connection_string",), ("access_key", "secret_key")]


def secrets_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    """Return secrets that go together: one login of the storage, if any, and perhaps a password."""
    keys = st.tuples(st.sampled_from(LOGINS), st.sampled_from([(), ("password",)])).map(lambda pair: sum(pair, ()))
    return keys.flatmap(lambda names: st.fixed_dictionaries(dict.fromkeys(names, texts)))


@pytest.fixture
def environments(tmp_path: Path) -> Environments:
    return Environments(tmp_path / "bundle-env")


@settings(max_examples=25)
@given(
    server=st.sampled_from(["h.io", "localhost:5000", "ghcr.io/lab/models"]),
    username=st.sampled_from(["me", "1", "yes", "größe"]),
    secrets=secrets_of(SECRET),
    provider=st.sampled_from(STORAGE_PROVIDERS),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    server: str,
    username: str,
    secrets: dict[str, str],
    provider: str,
) -> None:
    environments = Environments(tmp_path_factory.mktemp("environments"))
    container = "/blobs" if PROVIDERS[provider] is Scheme.DIRECTORY else "blobs"
    new = NewEnvironment(
        "lab", server, username=username, storage_provider=provider, container=container, secrets=secrets
    )
    create_environment(environments, new)
    read = environments.load("lab")
    kept = {key: secrets[key] for key in SECRETS[1:] if key in secrets}
    assert read == Environment("lab", server, username, secrets.get("password", ""), read.storage)
    assert dict(read.storage) == {"provider": provider, "container": container} | kept


@settings(max_examples=25)
@given(secrets=secrets_of(SECRET.map("#".__add__)))
def test_no_secret_is_ever_shown(tmp_path_factory: pytest.TempPathFactory, secrets: dict[str, str]) -> None:
    environments = Environments(tmp_path_factory.mktemp("environments"))
    new = NewEnvironment("lab", "h.io", username="me", storage_provider="s3", container="blobs", secrets=secrets)
    create_environment(environments, new)
    shown = show_environment(environments, "lab")
    texts = {key: text for section in shown.values() for key, text in section.items()}
    assert {key: texts[key] for key in secrets} == dict.fromkeys(secrets, SET)
    assert not [secret for secret in secrets.values() if secret in f"{shown}{new!r}"]


def test_only_its_owner_may_read_it(environments: Environments) -> None:
    path = create_environment(environments, PLAIN)
    assert path == environments.path("lab")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_one_that_exists_is_replaced_only_by_force(environments: Environments) -> None:
    create_environment(environments, PLAIN)
    other = replace(PLAIN, login_server="other.io")
    with pytest.raises(Invalid, match="'lab' exists already"):
        create_environment(environments, other)
    assert environments.load("lab").login_server == "h.io"
    create_environment(environments, other, force=True)
    assert environments.load("lab").login_server == "other.io"


def test_a_user_name_means_that_a_login_is_needed(environments: Environments) -> None:
    path = create_environment(environments, replace(PLAIN, username="me"))
    assert yaml.safe_load(path.read_text())["registry"]["requires_auth"] is True


@pytest.mark.parametrize(
    ("server", "provider", "requires_auth"),
    [
        ("lab.azurecr.io", "acr", True),
        ("123.dkr.ecr.eu-west-1.amazonaws.com", "ecr", False),
        ("europe-docker.pkg.dev/lab/models", "gcr", False),
        ("eu.gcr.io:443/lab", "gcr", False),
        ("ghcr.io/lab", "ghcr", False),
        ("localhost:5000", "docker", False),
        ("ghcr.io.evil.example", "docker", False),
    ],
)
def test_the_kind_of_registry_is_guessed(
    environments: Environments, server: str, provider: str, requires_auth: bool
) -> None:
    path = create_environment(environments, NewEnvironment("x", f"https://{server}/"))
    registry = yaml.safe_load(path.read_text())["registry"]
    assert registry == {"provider": provider, "login_server": server, "requires_auth": requires_auth}


AZURE = {"storage_provider": "azure", "container": "models"}
SIGNED = replace(PLAIN, storage_provider="azure", container="models")


def test_a_signature_has_a_place_of_its_own(environments: Environments) -> None:
    path = create_environment(environments, replace(SIGNED, secrets={"sas_token": "?sv=1&sig=hunter2"}))
    assert path.stat().st_mode & 0o777 == 0o600
    shown = {"provider": "azure", "container": "models", "sas_token": SET}
    assert show_environment(environments, "lab")["storage"] == shown
    access = access_to(Scheme.AZURE, Settings(azure_key="k"), environments.load("lab"))
    assert (access.signature, access.secret, access.connection_string) == ("?sv=1&sig=hunter2", "", "")
    assert "hunter2" not in repr(access)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "../x"}, "not a name"),
        ({"login_server": "bad host"}, "bad host"),
        ({"login_server": "h.io/b..d"}, "b..d"),
        ({"container": "blobs"}, "a provider and a container"),
        ({"storage_provider": "s3"}, "a provider and a container"),
        ({"secrets": {"access_key": "hunter2"}}, "a provider and a container"),
        ({"secrets": {"password": "hunter2"}}, "needs a user name"),
        ({**AZURE, "endpoint": "https://lab.blob.core.windows.net/?sig=hunter2"}, "must hold no signature"),
        ({**AZURE, "secrets": {"secret_key": "hunter2"}}, "half a login: secret_key"),
        ({**AZURE, "secrets": {"sas_token": "hunter2", "connection_string": "hunter2"}}, "has one login"),
        ({"storage_provider": "s3", "container": "lab", "secrets": {"sas_token": "hunter2"}}, "is of Azure"),
    ],
)
def test_what_is_no_environment_is_not_written(
    environments: Environments, change: dict[str, str], said: str
) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        create_environment(environments, replace(PLAIN, **change))  # type: ignore[arg-type]
    assert "hunter2" not in refused.value.message + refused.value.hint
    assert not environments.directory.exists()


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(SECRETS), SECRET.map("{}=".format)))
def test_secrets_are_read_as_they_were_given(secrets: dict[str, str]) -> None:
    assert parse_secrets("\n\n".join(f" {key} = {text} " for key, text in secrets.items())) == secrets


@pytest.mark.parametrize("text", ["hunter2", "hunter2=x", "password=a\nhunter2", "=hunter2"])
def test_a_line_that_is_no_secret_is_refused_without_repeating_it(text: str) -> None:
    line = text.count("\n") + 1
    with pytest.raises(Invalid, match=f"line {line} of standard input") as refused:
        parse_secrets(text)
    assert "hunter2" not in refused.value.message + refused.value.hint


def test_what_may_hide_a_secret_is_not_shown_either(environments: Environments) -> None:
    path = create_environment(environments, PLAIN)
    path.write_text(
        "registry: {login_server: 'me:hunter2@h.io', new: hunter2, requires_auth: false, username: null}\n"
        "storage: {endpoint: 'https://s3.io?sig=hunter2', container: blobs}\n"
    )
    assert show_environment(environments, "lab") == {
        "registry": {"login_server": SET, "new": SET, "requires_auth": "false"},
        "storage": {"endpoint": SET, "container": "blobs"},
    }
    with pytest.raises(NotFound):
        show_environment(environments, "other")


def test_a_variable_wins_over_the_pin_and_that_over_the_default(tmp_path: Path) -> None:
    project = Project.create(tmp_path)
    assert active_environment(Settings(), None) == (DEFAULT_NAME, "default")
    assert active_environment(Settings(), project) == (DEFAULT_NAME, "default")
    write_pin(project.pin_path, "lab")
    assert active_environment(Settings(), project) == ("lab", str(project.pin_path))
    assert active_environment(Settings(environment="prod"), project) == ("prod", "environment variable")


def test_a_key_that_is_nearly_right_is_asked_for() -> None:
    for text, said, hint in (
        ("passwrd=x", "unknown key in line 1", "did you mean 'password'?"),
        ("colour=x", "unknown key in line 1", "KEY is one of password, "),
        ("password", "no KEY=VALUE in line 1", "KEY is one of password, "),
    ):
        with pytest.raises(Invalid, match=said) as refused:
            parse_secrets(text)
        assert refused.value.hint.startswith(hint)
