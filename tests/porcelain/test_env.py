"""env manages environments in the platform's format, and shows no secrets."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from modelops_bundle.blob_stores.location import PROVIDERS
from tests.support.cli import Result, run
from tests.support.workspace import Workspace, assert_refusal

SECRETS = "password=hunter2\nconnection_string=AccountKey=xyz==\n"


def directory() -> Path:
    return Path.home() / ".modelops/bundle-env"


def create(name: str, *args: str, cwd: Path, secrets: str = "") -> Result:
    extra = ["--secrets-stdin"] if secrets else []
    return run("env", "create", name, *args, *extra, cwd=cwd, input=secrets.encode())


def test_an_environment_is_written_as_the_platform_does(tmp_path: Path) -> None:
    storage = ["--storage-provider", "azure", "--container", "bundle-blobs"]
    done = create(
        "dev", "--login-server", "lab.azurecr.io", "--username", "me", *storage, cwd=tmp_path, secrets=SECRETS
    )
    assert done.code == 0
    file = directory() / "dev.yaml"
    assert list(yaml.safe_load(file.read_text()).items()) == [
        ("environment", "dev"),
        (
            "registry",
            {
                "provider": "acr",
                "login_server": "lab.azurecr.io",
                "username": "me",
                "password": "hunter2",
                "requires_auth": True,
            },
        ),
        (
            "storage",
            {"provider": "azure", "container": "bundle-blobs", "connection_string": "AccountKey=xyz=="},
        ),
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in directory().iterdir()] == ["dev.yaml"]


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_every_provider_of_a_project_can_be_one_of_an_environment(tmp_path: Path, provider: str) -> None:
    storage = ["--storage-provider", provider, "--container", "/bundle-blobs"[PROVIDERS[provider] != "file" :]]
    assert create("x", "--login-server", "h.io", *storage, cwd=tmp_path).code == 0
    assert yaml.safe_load((directory() / "x.yaml").read_text())["storage"]["provider"] == provider


def test_storage_may_be_absent(tmp_path: Path) -> None:
    create("local", "--login-server", "localhost:5555", cwd=tmp_path)
    assert yaml.safe_load((directory() / "local.yaml").read_text()) == {
        "environment": "local",
        "registry": {"provider": "docker", "login_server": "localhost:5555", "requires_auth": False},
    }


def test_an_environment_that_exists_is_replaced_only_by_force(tmp_path: Path) -> None:
    create("x", "--login-server", "one.io", cwd=tmp_path)
    assert_refusal(create("x", "--login-server", "two.io", cwd=tmp_path), 2)
    assert "one.io" in (directory() / "x.yaml").read_text()
    assert create("x", "--login-server", "two.io", "--force", cwd=tmp_path).code == 0
    assert "two.io" in (directory() / "x.yaml").read_text()


@pytest.mark.parametrize(
    "args",
    [
        ["../x", "--login-server", "h.io"],
        ["x", "--login-server", "bad host"],
        ["x", "--login-server", "h.io/b..d"],
        ["x", "--login-server", "h.io", "--container", "cases"],
        ["x", "--login-server", "h.io", "--storage-provider", "s3"],
        ["x", "--login-server", "h.io", "--storage-provider", "fs"],
        ["x"],
    ],
)
def test_what_is_no_environment_is_not_written(tmp_path: Path, args: list[str]) -> None:
    assert_refusal(run("env", "create", *args, cwd=tmp_path), 2)
    assert not directory().exists()


@pytest.mark.parametrize("secrets", ["hunter2\n", "hunter2=x\n", SECRETS])
def test_refused_secrets_are_not_repeated(tmp_path: Path, secrets: str) -> None:
    done = create("x", "--login-server", "h.io", cwd=tmp_path, secrets=secrets)
    assert_refusal(done, 2)
    assert "hunter2" not in done.stderr


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    storage = ["--storage-provider", "s3", "--container", "cases"]
    create("x", "--login-server", "h.io", "--username", "me", *storage, cwd=tmp_path, secrets=SECRETS)
    more = "  new_secret: hunter2\n  endpoint: https://s3.io?sig=hunter2\n"
    (directory() / "x.yaml").write_text((directory() / "x.yaml").read_text() + more)
    for args in ([], ["--json"]):
        shown = run("env", "show", "x", *args, cwd=tmp_path)
        assert shown.code == 0
        assert "hunter2" not in shown.text and "xyz" not in shown.text
        assert "me" in shown.text


def test_an_environment_is_shown(tmp_path: Path) -> None:
    create("x", "--login-server", "h.io", "--username", "me", cwd=tmp_path, secrets="password=p\n")
    assert json.loads(run("env", "show", "x", "--json", cwd=tmp_path).text) == {
        "name": "x",
        "file": str(directory() / "x.yaml"),
        "registry": {
            "provider": "docker",
            "login_server": "h.io",
            "username": "me",
            "password": "set",
            "requires_auth": "true",
        },
        "storage": {},
    }
    assert "registry.password: set\n" in run("env", "show", "x", cwd=tmp_path).text


def test_the_list_marks_the_one_that_applies(fresh: Workspace, tmp_path: Path) -> None:
    assert json.loads(fresh.ok("env", "list", "--json")) == {"environments": [], "active": None}
    for name in ("dev", "lab"):
        create(name, "--login-server", "h.io", cwd=tmp_path)
    assert fresh.ok("env", "list") == "* dev\n  lab\n"
    fresh.ok("env", "use", "lab")
    assert fresh.ok("env") == "  dev\n* lab\n"
    assert run("env", "list", cwd=tmp_path).text == "* dev\n  lab\n"
    assert json.loads(fresh.ok("env", "list", "--json"))["active"] == "lab"


def test_using_one_pins_it(fresh: Workspace, tmp_path: Path) -> None:
    create("lab", "--login-server", "h.io", cwd=tmp_path)
    done = run("env", "use", "lab", cwd=fresh.root / "models")
    assert done.text == "Pinned environment: lab\nRemote: h.io/fresh (environment 'lab')\n"
    assert fresh.read(".modelops-bundle/env") == "lab\n"
    assert "Environment: lab (applies: " in fresh.ok("env", "show")


def test_using_one_tells_when_another_still_applies(fresh: Workspace, tmp_path: Path) -> None:
    for name in ("dev", "lab"):
        create(name, "--login-server", "h.io", cwd=tmp_path)
    done = run("env", "use", "lab", "--json", cwd=fresh.root, env={"MODELOPS_BUNDLE_ENV": "dev"})
    assert json.loads(done.text) == {"pinned": "lab", "active": "dev", "remote": "h.io/fresh"}
    assert "'dev' still applies" in done.stderr


def test_one_that_does_not_exist_is_an_error(fresh: Workspace, tmp_path: Path) -> None:
    create("lab", "--login-server", "h.io", cwd=tmp_path)
    assert "existing: lab" in fresh.refused(1, "env", "use", "nope")
    assert "'nope'" in fresh.refused(1, "env", "show", "nope")
    assert not (fresh.root / ".modelops-bundle/env").exists()


def test_where_there_is_none_the_hint_is_how_to_make_one(tmp_path: Path) -> None:
    work = Workspace(tmp_path / "work", tmp_path / "home")
    work.ok("init")
    for command in ("show",), ("use", "dev"):
        assert "hint: modelops-bundle env create dev --login-server HOST" in work.refused(1, "env", *command)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_who_uses_secrets_that_others_can_read_is_warned_with_the_remedy(fresh: Workspace) -> None:
    create("lab", "--login-server", "h.io", "--username", "me", cwd=fresh.root, secrets="password=hunter2\n")
    fresh.ok("env", "use", "lab")
    remote = ["--remote", f"oci:{fresh.root.parent / 'remote'}"]
    assert "warning" not in fresh.run("push", *remote).stderr
    file = directory() / "lab.yaml"
    file.chmod(0o644)
    told = fresh.run("push", *remote).stderr
    assert told.count("warning") == 1
    remedy = f"chmod 600 '{file}'"
    assert remedy in told and "hunter2" not in told
    assert "warning" not in fresh.run("-q", "push", *remote).stderr
    subprocess.run(remedy, shell=True, check=True)
    assert "warning" not in fresh.run("push", *remote).stderr
