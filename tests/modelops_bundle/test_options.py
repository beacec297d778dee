"""Options are read with where they come from, and what would not be valid is never written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from modelops_bundle.checkout.config import initial_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.environments import write_pin
from modelops_bundle.errors import BundleError, Invalid, NotFound
from modelops_bundle.options import (
    LOCAL,
    STORAGE,
    Option,
    check_key,
    read_option,
    read_options,
    set_option,
    unset_option,
)
from modelops_bundle.safe_path import CONFIG_PATH
from modelops_bundle.settings import Settings


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project.create(tmp_path / "SEIR model")
    (project.root / CONFIG_PATH).write_bytes(initial_config())
    return project


def option(project: Project, key: str, settings: Settings | None = None) -> Option:
    return read_option(project, settings or Settings(home=project.root.parent), key)


def written(project: Project) -> tuple[bytes, bytes]:
    local = project.local_path
    return (project.root / CONFIG_PATH).read_bytes(), local.read_bytes() if local.exists() else b""


VALUES = {
    "remote": ["ghcr.io/lab/seir", "oci:/data/models"],
    "repository": ["lab/seir", "x"],
    "tag": ["v2", "1.10"],
    "storage.layout": ["auto", "portable", "packed"],
    "storage.mode": ["auto", "blob", "oci"],
    "storage.threshold_bytes": ["1", "52428800", "1" * 18],
    "storage.prefix": ["seir/v1"],
    "storage.force_blob_patterns": ["*.h5", "*.h5,data/"],
    "annotations.title": ["SEIR", "1.10", "yes", "größe"],
}
PAIRS = st.sampled_from([(key, value) for key, values in VALUES.items() for value in values])


@examples(max_examples=20)
@given(st.lists(PAIRS, max_size=4))
def test_what_was_set_last_is_read_and_nothing_else_changes(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    project = Project.create(tmp_path_factory.mktemp("options"))
    settings = Settings(home=project.root)
    before = read_options(project, settings)
    for key, value in pairs:
        set_option(project, key, value, project.root)
    after = read_options(project, settings)
    assert {key: after[key].value for key, _ in pairs} == dict(pairs)
    assert {key: it for key, it in after.items() if key not in dict(pairs)} == {
        key: it for key, it in before.items() if key not in dict(pairs)
    }
    for key in dict(pairs):
        unset_option(project, key)
    assert read_options(project, settings) == before


def test_options_of_this_checkout_and_those_of_the_bundle_have_a_file_each(project: Project) -> None:
    config, _ = written(project)
    set_option(project, "tag", "v2", project.root)
    assert written(project)[0] == config
    local = written(project)[1]
    set_option(project, "annotations.title", "SEIR", project.root)
    assert written(project)[1] == local
    assert option(project, "tag") == Option("tag", "v2", str(project.local_path))
    assert option(project, "annotations.title").origin == str(project.root / CONFIG_PATH)


def test_an_option_that_is_unset_or_was_never_set_is_not_in_the_file(project: Project) -> None:
    set_option(project, "remote", "ghcr.io/lab/seir", project.root)
    assert option(project, "tag") == Option("tag", "latest", "default")
    set_option(project, "tag", "v2", project.root)
    unset_option(project, "tag")
    assert option(project, "tag").origin == "default"
    with pytest.raises(NotFound):
        unset_option(project, "tag")


def test_defaults_are_told_as_such(project: Project) -> None:
    assert option(project, "tag") == Option("tag", "latest", "default")
    assert option(project, "repository") == Option("repository", "seir-model", "default")
    assert option(project, "storage.layout") == Option("storage.layout", "auto", "default")
    for key in ("remote", "storage.provider", "annotations.title"):
        with pytest.raises(NotFound, match=f"'{key}' is not set"):
            option(project, key)


def test_variables_and_environments_are_named(project: Project) -> None:
    home = project.root.parent / "home"
    settings = Settings(home=home, repository="lab/seir")
    assert option(project, "repository", settings) == Option("repository", "lab/seir", "environment variable")
    (home / ".modelops/bundle-env").mkdir(parents=True)
    (home / ".modelops/bundle-env/lab.yaml").write_text(
        "registry: {login_server: ghcr.io}\nstorage: {provider: s3, container: blobs}\n"
    )
    write_pin(project.pin_path, "lab")
    settings = Settings(home=home)
    assert option(project, "remote", settings) == Option("remote", "ghcr.io/seir-model", "environment 'lab'")
    assert option(project, "storage.container", settings) == Option(
        "storage.container", "blobs", "environment 'lab'"
    )
    set_option(project, "storage.provider", "gcs", project.root)
    assert option(project, "storage.provider", settings).origin == str(project.root / CONFIG_PATH)


def test_directories_are_those_of_whoever_asks(project: Project) -> None:
    set_option(project, "remote", "oci:../out", project.root / "below")
    assert option(project, "remote").value == f"oci:{project.root / 'out'}"
    set_option(project, "storage.provider", "directory", project.root)
    set_option(project, "storage.container", "../blobs", project.root)
    assert option(project, "storage.container").value == str(project.root.parent / "blobs")


def test_patterns_are_separated_by_commas(project: Project) -> None:
    set_option(project, "storage.force_oci_patterns", " *.h5 ,, data/ ", project.root)
    assert option(project, "storage.force_oci_patterns").value == "*.h5,data/"
    assert Project(project.root).config.storage.force_oci_patterns == ("*.h5", "data/")


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("tag", "a b", "not a tag"),
        ("tag", "", "no value for option 'tag'"),
        ("repository", "a b", "a b"),
        ("remote", "ghcr.io/lab/seir:v1", "without tag and digest"),
        ("remote", "me:hunter2@ghcr.io/lab", "no user name or password"),
        ("storage.layout", "fancy", "storage.layout"),
        ("storage.container", "https://x/c?sig=hunter2", "a signature"),
        *(("storage.threshold_bytes", text, "not a number of bytes") for text in ("0", "-1", "50MB", "1" * 19)),
        ("storage.threshold", "5", "'storage.threshold'"),
    ],
)
def test_what_makes_no_sense_is_not_written(project: Project, key: str, text: str, said: str) -> None:
    before = written(project)
    with pytest.raises(BundleError, match=said) as refused:
        set_option(project, key, text, project.root)
    assert "hunter2" not in refused.value.message + refused.value.hint
    assert written(project) == before


def test_a_damaged_file_is_named_and_stays(project: Project) -> None:
    (project.root / CONFIG_PATH).write_text("storage: [")
    before = written(project)
    for act in (
        lambda: set_option(project, "storage.layout", "packed", project.root),
        lambda: unset_option(project, "storage.layout"),
        lambda: option(project, "storage.layout"),
    ):
        with pytest.raises(Invalid, match=r"config\.yaml"):
            act()
    assert written(project) == before


@pytest.mark.parametrize("key", ["tag", "remote", "storage.layout", "annotations.title"])
def test_what_a_file_does_not_have_cannot_be_unset(project: Project, key: str) -> None:
    with pytest.raises(NotFound, match=f"'{key}' is not set in"):
        unset_option(project, key)


def test_a_section_without_options_is_gone(project: Project) -> None:
    set_option(project, "annotations.a", "1", project.root)
    unset_option(project, "annotations.a")
    assert b"annotations" not in written(project)[0]


@pytest.mark.parametrize("key", ["", "tags", "storage", "storage.", "annotations", "annotations."])
def test_unknown_options_are_refused(key: str) -> None:
    with pytest.raises(Invalid):
        check_key(key)
    known = [*LOCAL, *STORAGE, "annotations.x"]
    assert [check_key(one) for one in known] == known
