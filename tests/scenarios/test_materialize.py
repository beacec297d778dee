"""What a role needs of a bundle is put into a directory, as the first of the earlier tools promised."""

import json
import os
import threading
from pathlib import Path

import pytest

from tests.support.cli import Result, run_process
from tests.support.earlier_roles import ROLES, Publication
from tests.support.foreign_layout import EarlierBundle, publish
from tests.support.role_bundles import CODE, DATA, FILES, RUNTIME, Published, materialized, resolved
from tests.support.workspace import Workspace, snapshot


@pytest.mark.parametrize(
    ("options", "role", "paths"),
    [
        ((), "default", {*RUNTIME, "data/cases.csv", "data/nothing.csv", "models/seir.pkl"}),
        (("--role", "runtime"), "runtime", RUNTIME),
        (("--role", "training"), "training", {*RUNTIME, "data/cases.csv", "data/nothing.csv"}),
        (("--role", "scoring"), "scoring", {"models/seir.pkl"}),
    ],
)
def test_a_role_decides_which_layers_come(
    published: Published, options: tuple[str, ...], role: str, paths: set[str]
) -> None:
    result = materialized(published.user, "my-model:1.0.0", "out", *options)
    assert (result["role"], set(result["created"])) == (role, paths)
    assert published.files() == paths


def test_contents_modes_and_links_are_those_of_the_bundle(published: Published) -> None:
    published.user.ok("materialize", "my-model:1.0.0", "out")
    out = published.outside("out")
    assert {path: (out / path).read_text() for path in FILES} == FILES
    assert os.access(out / "run.sh", os.X_OK) and not os.access(out / "src" / "seir.py", os.X_OK)
    assert os.readlink(out / "src" / "latest.py") == "seir.py"
    assert (out / "src" / "seir.py").stat().st_mode & 0o644 == 0o644


def test_what_is_printed_names_bundle_role_and_layers(published: Published) -> None:
    said = published.user.ok("materialize", "my-model:1.0.0", "out", "--role", "runtime", "--ci")
    assert said.startswith("Materialized my-model:1.0.0 to out\nRole: runtime\nLayers: code, config\n")
    assert "fetch" not in published.user.run("materialize", "my-model:1.0.0", "other", "--ci").stderr


def test_a_role_can_be_pulled_too(published: Published) -> None:
    published.user.ok("materialize", "my-model:1.0.0", "out", "--role", "runtime")
    said = published.user.ok("pull", "my-model:1.0.0", "pulled", "--role", "runtime")
    assert said.startswith("Materialized my-model:1.0.0 to pulled\nRole: runtime\n")
    assert snapshot(published.outside("pulled")) == snapshot(published.outside("out"))


def test_a_second_time_changes_no_byte(published: Published) -> None:
    published.user.ok("materialize", "my-model:1.0.0", "out")
    out = published.outside("out")
    files = [path for path in out.rglob("*") if not path.is_dir()]
    before = [(path.lstat().st_mtime_ns, path.lstat().st_ino) for path in files]
    tree = snapshot(out)
    again = materialized(published.user, "my-model:1.0.0", "out")
    assert (again["created"], again["replaced"], again["bytes_written"]) == ([], [], 0)
    assert snapshot(out) == tree
    assert [(path.lstat().st_mtime_ns, path.lstat().st_ino) for path in files] == before
    published.user.ok("materialize", "my-model:1.0.0", "other", "--no-cache")
    assert snapshot(published.outside("other")) == tree


def test_the_provenance_says_what_lies_there_and_why(published: Published) -> None:
    published.user.ok("materialize", "my-model:1.0.0", "out", "--role", "runtime")
    data = (published.outside("out") / ".mops" / ".mops-manifest.json").read_bytes()
    value = json.loads(data)
    assert data == json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    assert value == {
        "manifest_digest": published.digest,
        "media_type": "application/vnd.modelops.bundle.v1",
        "role": "runtime",
        "roles": resolved(published.user, "my-model:1.0.0")["roles"],
        "layer_indexes": resolved(published.user, "my-model:1.0.0")["layer_indexes"],
        "ref": {"name": "my-model", "version": "1.0.0", "digest": None, "local_path": None, "role": None},
    }
    assert set(value["layer_indexes"]) == {"code", "config", "data", "models"}
    assert sorted(path.name for path in (published.outside("out") / ".mops").iterdir()) == [".mops-manifest.json"]


def test_a_role_may_be_added_to_what_lies_there(published: Published) -> None:
    published.user.ok("materialize", "my-model:1.0.0", "out", "--role", "runtime")
    published.user.write("out/mine.txt", "mine\n")
    result = materialized(published.user, "my-model:1.0.0", "out", "--role", "training")
    assert result["created"] == ["data/cases.csv", "data/nothing.csv"]
    assert published.user.read("out/mine.txt") == "mine\n"


def test_a_dry_run_writes_nothing(published: Published) -> None:
    result = materialized(published.user, "my-model:1.0.0", "out", "-n")
    assert result["dry_run"] and "src/seir.py" in result["created"]
    assert not published.outside("out").exists()


def test_what_is_damaged_in_the_cache_is_fetched_again(published: Published) -> None:
    published.user.ok("materialize", "my-model:1.0.0", "out")
    assert published.user.home is not None
    objects = [path for path in (published.user.home / ".cache").rglob("objects/*/*") if path.is_file()]
    assert len(objects) > 3
    for path in objects:
        path.chmod(0o644)
        path.write_bytes(b"#" * path.stat().st_size)
    published.user.ok("materialize", "my-model:1.0.0", "again")
    tree = snapshot(published.outside("again"))
    assert tree == snapshot(published.outside("out"))


def test_the_cache_is_where_a_variable_says(published: Published, tmp_path: Path) -> None:
    user = published.user
    elsewhere = Workspace(user.root, user.home, {**user.env, "MODELOPS_BUNDLE_CACHE_DIR": str(tmp_path / "cache")})
    elsewhere.ok("materialize", "my-model:1.0.0", "out")
    assert (tmp_path / "cache" / "store" / "objects").is_dir()
    assert user.home is not None and not (user.home / ".cache").exists()
    assert not list((tmp_path / "cache" / "store" / "tmp").iterdir())


def test_many_may_materialize_at_once(published: Published) -> None:
    done: list[Result] = []
    user = published.user

    def work(place: str) -> None:
        done.append(run_process("materialize", "my-model:1.0.0", place, cwd=user.root, env=user.variables))

    user.root.mkdir(parents=True, exist_ok=True)
    threads = [threading.Thread(target=work, args=(place,)) for place in ("a", "b", "same", "same")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.code for result in done] == [0] * 4, done
    one, *others = [snapshot(published.outside(place)) for place in ("a", "b", "same")]
    assert others == [one, one]


@pytest.mark.parametrize("kind", ["typed", "titled", "bare"])
def test_a_bundle_with_roles_of_its_own_is_materialized_by_them(tmp_path: Path, kind: str) -> None:
    publication = Publication(typed=kind != "titled", bare=kind == "bare")
    publication.add("code", "src/model.py", CODE.encode())
    publication.add("data", "data/cases.csv", DATA.encode())
    publish(tmp_path / "store", publication.manifest, publication.blobs)
    user = Workspace(tmp_path / "user", tmp_path / "home")
    assert resolved(user, "oci:../store")["roles"] == ROLES
    assert materialized(user, "oci:../store", "out")["created"] == ["src/model.py"]
    assert materialized(user, "oci:../store", "out", "--role", "training")["created"] == ["data/cases.csv"]
    assert "available roles: default, training" in user.refused(
        11, "materialize", "oci:../store", "out", "--role", "runtime"
    )


def test_a_bundle_of_the_earlier_tool_is_materialized_by_the_default_roles(tmp_path: Path) -> None:
    golden = Path(__file__).parents[1] / "modelops_bundle" / "golden" / "earlier.index.json"
    contents = {"data/cases.csv": b"day,cases\n1,3\n", "data/nothing.csv": b"", "src/model.py": b"BETA = 0.3\n"}
    EarlierBundle.read(golden, contents).publish(tmp_path / "store")
    user = Workspace(tmp_path / "user")
    assert materialized(user, "oci:../store", "out", "--role", "runtime")["created"] == ["src/model.py"]
    user.ok("materialize", "oci:../store", "out")
    assert {path: (user.root / "out" / path).read_bytes() for path in contents} == contents
