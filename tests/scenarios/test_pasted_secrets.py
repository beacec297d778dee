"""A credential that is pasted where a name is asked for is neither shown nor written into what travels."""

from pathlib import Path

import pytest

from tests.support.cli import Result, run
from tests.support.workspace import METADATA, Workspace

CONFIG = f"{METADATA}/config.yaml"
KEY = "UGxhbnRlZC1rZXktMTIzNDU2Nzg5MC1hYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ei1QbGFudGVkLWtleS0wMDA9"[:86] + "=="
PASTED = {
    "connection string": f"DefaultEndpointsProtocol=https;AccountName=lab;AccountKey={KEY};EndpointSuffix=net",
    "account key": KEY,
    "S3 key": "wJalrXUtnFEMIxK7MDENGxbPxRfiCYplantedKEY",
    "signature": "sv=2024-01-01&ss=b&sig=plantedSIG%3D",
    "address": "https://lab.blob.core.windows.net/models?sv=2024&sig=plantedSIG%3D",
    "login": "https://me:plantedKEY@lab.example.org",
}
SECRETS = (KEY, "plantedKEY", "plantedSIG")


@pytest.fixture(params=PASTED)
def pasted(request: pytest.FixtureRequest) -> str:
    return PASTED[request.param]


@pytest.fixture
def alice(tmp_path: Path) -> Workspace:
    work = Workspace(tmp_path / "alice", home=tmp_path / "home")
    work.write("data/large.bin", b"x" * 100_000)
    work.ok("init", "--remote", f"oci:{tmp_path / 'remote'}", "--threshold", "1")
    work.ok("config", "storage.threshold_bytes", "1000")
    work.ok("add", ".")
    return work


def assert_hidden(*done: Result) -> None:
    for each in done:
        assert [secret for secret in SECRETS if secret in each.text + each.stderr] == []


def command(work: Workspace, *arguments: str, **variables: str) -> Result:
    return run(*arguments, cwd=work.root, env={**work.variables, **variables})


def create(work: Workspace, options: dict[str, str]) -> Result:
    words = [word for pair in options.items() for word in pair]
    return command(work, "env", "create", "lab", "--login-server", "h.io", *words)


@pytest.mark.parametrize("provider", ["", "azure", "s3", "gcs", "directory"])
@pytest.mark.parametrize("key", ["storage.container", "storage.prefix", "storage.provider", "annotations.title"])
def test_an_option_that_travels_does_not_take_it(alice: Workspace, provider: str, key: str, pasted: str) -> None:
    if provider:
        alice.ok("config", "storage.provider", provider)
    before = alice.read(CONFIG)
    done = command(alice, "config", key, pasted)
    assert done.code == 2
    assert_hidden(done)
    assert alice.read(CONFIG) == before


def test_a_variable_in_place_of_another_is_not_repeated(alice: Workspace, pasted: str) -> None:
    alice.ok("config", "storage.provider", "azure")
    variables = {"AZURE_STORAGE_CONTAINER": pasted}
    done = command(alice, "push", **variables)
    assert done.code == 2
    assert "environment variable" in done.stderr
    for arguments in (["push", "--dry-run"], ["status", "--files"], ["config", "--list", "--show-origin"]):
        assert_hidden(done, command(alice, *arguments, **variables))


@pytest.mark.parametrize("provider", ["azure", "s3", "gcs", "directory"])
@pytest.mark.parametrize("option", ["--container", "--endpoint"])
def test_no_environment_is_made_of_it(alice: Workspace, provider: str, option: str, pasted: str) -> None:
    given = {"--storage-provider": provider, "--container": "models", "--endpoint": "https://h.io", option: pasted}
    done = create(alice, given)
    assert done.code == 2
    assert_hidden(done)
    assert alice.home and not (alice.home / ".modelops").exists()


# The key of S3 is a word like another one there.
@pytest.mark.parametrize("pasted", sorted(PASTED.keys() - {"S3 key"}), indirect=True)
def test_the_words_that_could_be_given_are_listed_without_it(alice: Workspace, pasted: str) -> None:
    done = create(alice, {"--storage-provider": pasted, "--container": "models"})
    assert done.code == 2
    assert_hidden(done)


@pytest.mark.parametrize("key", ["container", "endpoint", "provider", "access_key"])
def test_a_file_that_has_it_is_shown_without(alice: Workspace, key: str, pasted: str, tmp_path: Path) -> None:
    assert alice.home
    storage = {"provider": "azure", "container": "models", "secret_key": "plantedKEY"} | {key: pasted}
    file = alice.home / ".modelops" / "bundle-env" / "lab.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("storage:\n" + "".join(f"  {name}: '{text}'\n" for name, text in storage.items()))
    alice.ok("env", "use", "lab")
    (tmp_path / "new").mkdir()
    for arguments in (
        ["env", "show"],
        ["env", "show", "--json"],
        ["-C", "../new", "init", "--env", "lab"],
        ["config", "--list", "--show-origin"],
        ["status", "--files"],
        ["push", "--dry-run", "--json"],
        ["--debug", "-vv", "push"],
    ):
        done = command(alice, *arguments, MODELOPS_HTTP_RETRY="0", MODELOPS_EXT_TIMEOUT="1")
        assert_hidden(done)
        assert done.code in (0, 2, 3, 4)


@pytest.mark.parametrize("key", ["container", "prefix", "provider", "mode"])
def test_a_file_that_travels_and_has_it_is_refused(alice: Workspace, key: str, pasted: str) -> None:
    alice.write(CONFIG, f"version: 1\nstorage:\n  threshold_bytes: 1000\n  {key}: '{pasted}'\n")
    for arguments in (["push"], ["status", "--files"], ["config", "--list"], ["config", f"storage.{key}"]):
        done = command(alice, *arguments)
        assert_hidden(done)
    assert command(alice, "push").code == 2


@pytest.mark.parametrize(
    ("provider", "name", "rule"),
    [
        ("azure", "Models", "3 to 63 small letters"),
        ("azure", "my--models", "3 to 63 small letters"),
        ("azure", "a.b.c", "3 to 63 small letters"),
        ("s3", "ab", "3 to 63 small letters"),
        ("s3", "x" * 64, "3 to 63 small letters"),
        ("gcs", "_models", "3 to 63 small letters"),
    ],
)
def test_a_name_that_the_cloud_does_not_take_is_refused_with_its_rule(
    alice: Workspace, provider: str, name: str, rule: str
) -> None:
    alice.ok("config", "storage.provider", provider)
    told = alice.refused(2, "config", "storage.container", name)
    assert name in told and rule in told
    environment = ["env", "create", "lab", "--login-server", "h.io", "--storage-provider", provider]
    assert rule in alice.refused(2, *environment, "--container", name)
