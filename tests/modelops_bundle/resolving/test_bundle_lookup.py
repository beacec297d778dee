"""Where a reference is looked for, before anything is asked."""

from pathlib import Path

import pytest

from modelops_bundle.environments import Environment
from modelops_bundle.errors import Invalid
from modelops_bundle.resolving.bundle_lookup import BundleSource, candidates
from modelops_bundle.resolving.bundle_ref import parse_bundle_ref
from modelops_bundle.settings import Settings
from tests.modelops_bundle.samples import digest_number

HERE = Path("/projects/seir")
DIGEST = digest_number(1)
NOTHING_SET = Settings()


def looked_for(text: str, settings: Settings = NOTHING_SET, login_server: str = "", remote: str = "") -> list[str]:
    environment = Environment("lab", login_server) if login_server else None
    return candidates(parse_bundle_ref(text), BundleSource(settings, HERE, environment, remote))


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("ghcr.io/lab/seir:v1", "ghcr.io/lab/seir"),
        ("localhost:5000/seir", "localhost:5000/seir"),
        (f"docker.io/lab/seir@{DIGEST}", "docker.io/lab/seir"),
        ("oci:out:v1", "oci:/projects/seir/out"),
        ("../out", "oci:/projects/out"),
        ("/data/out:v1", "oci:/data/out"),
    ],
)
def test_a_whole_name_or_a_directory_needs_no_settings(text: str, remote: str) -> None:
    settings = Settings(registry="elsewhere:5000", repository="lab")
    assert looked_for(text) == looked_for(text, settings, remote="ghcr.io/lab/own") == [remote]


@pytest.mark.parametrize(
    "settings",
    [
        Settings(registry="localhost:5000", repository="org/models"),
        Settings(registry="http://localhost:5000/", repository="/org/models/"),
        Settings(registry="localhost:5000/org/models", repository="ignored"),
        Settings(repository="localhost:5000/org/models"),
    ],
)
def test_a_name_is_below_the_registry_of_the_settings(settings: Settings) -> None:
    base = "localhost:5000/org/models"
    assert looked_for("my-model:1.0.0", settings) == [f"{base}/my-model", f"{base}/bundles/my-model"]
    assert looked_for(f"my-model@{DIGEST}", settings) == looked_for("my-model:1.0.0", settings)
    assert looked_for(DIGEST, settings) == looked_for("latest", settings) == [base]


def test_the_registry_of_the_environment_serves_where_no_variable_names_one() -> None:
    assert looked_for("seir:v1", login_server="ghcr.io/lab")[0] == "ghcr.io/lab/seir"
    assert looked_for("seir:v1", Settings(repository="models"), "ghcr.io")[0] == "ghcr.io/models/seir"
    assert looked_for("seir:v1", Settings(registry="localhost:5000"), "ghcr.io")[0] == "localhost:5000/seir"


def test_a_registry_may_be_a_directory_of_layouts() -> None:
    assert looked_for("seir:v1", Settings(registry="oci:shared"))[0] == "oci:/projects/seir/shared/seir"
    assert looked_for("v1", Settings(registry="oci:shared")) == ["oci:/projects/seir/shared"]


def test_what_ends_with_the_name_is_asked_last() -> None:
    settings = Settings(registry="localhost:5000/lab/seir")
    assert looked_for("seir:v1", settings)[-1] == "localhost:5000/lab/seir"
    assert looked_for("seir:v1", remote="ghcr.io/lab/seir") == ["ghcr.io/lab/seir"]


def test_a_version_alone_is_one_of_the_projects_remote_first() -> None:
    settings = Settings(registry="localhost:5000", repository="lab")
    for text in ("v1", DIGEST, f"@{DIGEST}"):
        assert looked_for(text, settings, remote="ghcr.io/lab/seir") == ["ghcr.io/lab/seir", "localhost:5000/lab"]


def test_a_registry_without_a_repository_is_searched_for_a_digest_alone() -> None:
    settings = Settings(registry="localhost:5000")
    assert looked_for(DIGEST, settings) == []
    assert looked_for(f"seir@{DIGEST}", settings)[0] == "localhost:5000/seir"
    with pytest.raises(Invalid, match="nothing says in which repository of 'localhost:5000' 'v1' is") as caught:
        looked_for("v1", settings)
    assert "REGISTRY_REPO=PATH" in caught.value.hint


@pytest.mark.parametrize("text", ["my-model:1.0.0", f"my-model@{DIGEST}", DIGEST, "latest"])
def test_there_is_no_default_registry(text: str) -> None:
    with pytest.raises(Invalid, match="nothing says in which registry") as caught:
        looked_for(text)
    assert "REGISTRY_REPO" in caught.value.hint
    with pytest.raises(Invalid, match="nothing names its registry"):
        looked_for(text, Settings(repository="org/models"))
