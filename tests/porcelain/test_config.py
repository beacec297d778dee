"""config shows what holds, and never writes what would not."""

import json
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from tests.support.cli import run
from tests.support.workspace import Workspace


def config_of(work: Workspace) -> str:
    return work.read(".modelops-bundle/config.yaml")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("remote", "localhost:5000/lab/seir"),
        ("repository", "lab/seir"),
        ("tag", "v2"),
        ("storage.layout", "auto"),
        ("storage.threshold_bytes", "1048576"),
        ("annotations.org.opencontainers.image.version", "1.10"),
    ],
)
def test_what_is_set_is_shown(work: Workspace, key: str, value: str) -> None:
    assert work.ok("config", key, value) == ""
    assert work.ok("config", key) == f"{value}\n"


def test_options_of_this_checkout_do_not_change_the_bundle(work: Workspace) -> None:
    before = config_of(work)
    for key, value in {"tag": "v2", "repository": "x", "remote": "ghcr.io/lab/seir"}.items():
        work.ok("config", key, value)
    assert config_of(work) == before


def test_other_options_travel_with_the_bundle(work: Workspace) -> None:
    work.ok("config", "annotations.title", "SEIR")
    assert "  ~ .modelops-bundle/config.yaml" in work.ok("diff")
    work.ok("push")
    assert json.loads(work.ok("manifest", "latest", "--json"))["annotations"]["title"] == "SEIR"


def test_a_change_keeps_the_other_options(work: Workspace) -> None:
    work.ok("config", "storage.threshold_bytes", "5")
    work.ok("config", "annotations.a", "1")
    work.ok("config", "annotations.b", "2")
    work.ok("config", "--unset", "annotations.a")
    assert work.ok("config", "storage.threshold_bytes") == "5\n"
    assert dict(Project.discover(work.root).config.annotations) == {"b": "2"}


def test_an_unset_option_has_its_default_again(work: Workspace) -> None:
    work.ok("config", "storage.threshold_bytes", "5")
    work.ok("config", "--unset", "storage.threshold_bytes")
    assert work.ok("config", "storage.threshold_bytes", "--show-origin") == "default\t52428800\n"
    work.ok("config", "tag", "v2")
    work.ok("config", "--unset", "tag")
    assert work.ok("config", "tag") == "latest\n"


def test_an_option_without_value_is_not_found(work: Workspace) -> None:
    work.refused(1, "config", "annotations.nothing")
    work.refused(1, "config", "--unset", "annotations.nothing")
    work.ok("config", "--unset", "remote")
    work.refused(1, "config", "--unset", "remote")
    assert "modelops-bundle config remote" in work.refused(1, "config", "remote")


def test_the_list_tells_where_values_come_from(work: Workspace, layout: str) -> None:
    directory = work.root / ".modelops-bundle"
    lines = work.ok("config", "--list", "--show-origin").splitlines()
    assert f"{directory / 'local.yaml'}\tremote={layout}" in lines
    assert f"{directory / 'config.yaml'}\tstorage.threshold_bytes=52428800" in lines
    assert "default\tstorage.layout=auto" in lines
    assert work.ok("config").splitlines() == [line.partition("\t")[2] for line in lines]


def test_a_variable_wins_over_the_file_and_is_named(work: Workspace) -> None:
    variables = {"MODELOPS_BUNDLE_REGISTRY": "localhost:5555"}
    done = run("config", "remote", "--show-origin", cwd=work.root, env=variables)
    assert done.text == "environment variable\tlocalhost:5555/work\n"
    done = run("config", "remote", "ghcr.io/lab/seir", cwd=work.root, env=variables)
    assert "'localhost:5555/work' (environment variable)" in done.stderr


def test_the_pinned_environment_names_a_remote_where_nothing_else_does(fresh: Workspace) -> None:
    fresh.ok("env", "create", "lab", "--login-server", "localhost:5555")
    fresh.ok("env", "use", "lab")
    assert fresh.ok("config", "remote", "--show-origin") == "environment 'lab'\tlocalhost:5555/fresh\n"
    fresh.ok("config", "repository", "lab/seir")
    assert fresh.ok("config", "remote") == "localhost:5555/lab/seir\n"


def test_json_has_value_and_origin(work: Workspace) -> None:
    option = json.loads(work.ok("config", "tag", "v2", "--json"))["tag"]
    assert option == {"value": "v2", "origin": str(work.root / ".modelops-bundle/local.yaml")}
    assert json.loads(work.ok("config", "--list", "--json"))["tag"] == option
    assert json.loads(work.ok("config", "--unset", "remote", "--json")) == {}


def test_a_relative_remote_is_that_of_the_current_directory(work: Workspace) -> None:
    run("config", "remote", "oci:../../elsewhere", cwd=work.root / "models")
    assert work.ok("config", "remote") == f"oci:{work.root.parent / 'elsewhere'}\n"
    run("-C", str(work.root / "data"), "config", "remote", "./here", cwd=work.root.parent)
    assert work.ok("config", "remote") == f"oci:{work.root / 'data/here'}\n"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("https://GHCR.io/lab/seir/", "ghcr.io/lab/seir"),
        ("docker.io/Lab/seir", "docker.io/lab/seir"),
        ("localhost:5000/seir", "localhost:5000/seir"),
    ],
)
def test_a_registry_is_named_in_one_way(work: Workspace, written: str, name: str) -> None:
    work.ok("config", "remote", written)
    assert work.ok("config", "remote") == f"{name}\n"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("remote", "lab/seir", "names no registry"),
        ("remote", "ghcr.io/lab/seir:v1", "config tag v1"),
        ("remote", "ghcr.io/lab/seir@sha256:" + "0" * 64, "without tag and digest"),
        ("remote", "user:secret@ghcr.io/lab/seir", "no user name or password"),
        ("repository", "a b", "not a repository name"),
        ("tag", "a b", "not a tag"),
        ("annotations.title", "", "config --unset annotations.title"),
        ("storage.layout", "fancy", "storage.layout"),
        ("storage.threshold_bytes", "50MB", "'50MB'"),
        ("storage.threshold_bytes", "0", "not a number of bytes"),
        ("storage.threshold", "5", "did you mean 'storage.threshold_bytes'?"),
        ("annotations.", "x", "did you mean 'annotations.NAME'?"),
    ],
)
def test_what_makes_no_sense_is_not_written(work: Workspace, key: str, value: str, told: str) -> None:
    before = work.everything()
    error = work.refused(2, "config", key, value)
    assert told in error
    assert "secret" not in error
    assert work.everything() == before


def test_unknown_options_are_refused_in_every_form(work: Workspace) -> None:
    for args in (["remot"], ["--unset", "remot"], ["remot", "x"]):
        assert "did you mean 'remote'?" in work.refused(2, "config", *args)


def test_two_questions_at_once_are_refused(work: Workspace) -> None:
    work.refused(2, "config", "--list", "tag")
    work.refused(2, "config", "--unset", "tag", "remote")


def test_a_damaged_file_is_named(work: Workspace) -> None:
    work.write(".modelops-bundle/config.yaml", "storage: [")
    assert ".modelops-bundle/config.yaml" in work.refused(2, "config", "storage.layout", "portable")
    assert config_of(work) == "storage: ["


def test_outside_a_project_there_are_no_options(tmp_path: Path) -> None:
    assert run("config", "tag", cwd=tmp_path).code == 1
