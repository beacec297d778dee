"""What the first of the earlier tools promised: resolve a bundle, and put what a role needs into a directory."""

import json
import os
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Result, run_process
from tests.support.earlier_roles import ROLES, Publication
from tests.support.foreign_layout import EarlierBundle, descriptor, manifest_of, publish, sha256, titled
from tests.support.registry_server import RegistryServer
from tests.support.workspace import METADATA, Workspace, snapshot

CODE = "BETA = 0.3\n"
DATA = "day,cases\n1,3\n"
CONFIG = """\
version: 1
storage: {threshold_bytes: 52428800}
roles:
  scoring: [models]
"""
FILES = {
    f"{METADATA}/config.yaml": CONFIG,
    "data/cases.csv": DATA,
    "data/nothing.csv": "",
    "models/seir.pkl": "pickled\n",
    "pyproject.toml": "[project]\n",
    "src/seir.py": CODE,
}
RUNTIME = {
    *(f"{METADATA}/config.yaml", ".modelopsignore", "pyproject.toml"),
    *("run.sh", "src/latest.py", "src/seir.py"),
}


@dataclass(frozen=True, slots=True)
class Published:
    """A bundle `my-model:1.0.0` below a registry, and somebody elsewhere who knows that registry by variables."""

    repository: str
    digest: str
    user: Workspace

    def outside(self, path: str) -> Path:
        return self.user.root / path

    def files(self, path: str = "out") -> set[str]:
        """Return what a directory holds, without the area."""
        return {name for name in snapshot(self.outside(path)) if not name.startswith(".mops/")}


@pytest.fixture(params=["layout", "registry"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Below what bundles are: a directory of layouts, or a path of a real registry."""
    if request.param == "layout":
        return f"oci:{tmp_path / 'models'}"
    registry: RegistryServer = request.getfixturevalue("registry")
    return f"{registry.host}/materialize/{uuid.uuid4().hex}"


@pytest.fixture
def published(base: str, tmp_path: Path) -> Published:
    """The bundle, pushed by somebody else."""
    author = Workspace(tmp_path / "author", tmp_path / "home-of-author")
    author.ok("init", "--remote", f"{base}/my-model")
    for path, content in FILES.items():
        author.write(path, content)
    author.write("run.sh", "#!/bin/sh\n", executable=True)
    (author.root / "src" / "latest.py").symlink_to("seir.py")
    author.ok("add", ".")
    digest = json.loads(author.ok("push", "--tag", "1.0.0", "--json"))["digest"]
    user = Workspace(tmp_path / "user", tmp_path / "home-of-user", {"MODELOPS_BUNDLE_REGISTRY": base})
    return Published(f"{base}/my-model", digest, user)


def resolved(user: Workspace, *arguments: str) -> Any:
    return json.loads(user.ok("resolve", "--json", *arguments))


def materialized(user: Workspace, *arguments: str) -> Any:
    return json.loads(user.ok("materialize", "--json", *arguments))


def test_a_bundle_is_resolved_by_every_spelling(published: Published) -> None:
    digest, name = published.digest, published.repository
    for spelling in (
        "my-model:1.0.0",
        "My-Model:1.0.0",
        f"my-model@{digest}",
        f"my-model:1.0.0@{digest}",
        digest,
        f"@{digest}",
        digest.upper(),
        f"{name}:1.0.0",
        f"{name}@{digest}",
    ):
        found = resolved(published.user, spelling)
        assert (found["manifest_digest"], found["remote"]) == (digest, name), spelling


def test_a_digest_is_found_without_a_cache_too(published: Published) -> None:
    assert resolved(published.user, "--no-cache", f"@{published.digest}")["remote"] == published.repository
    assert list(published.user.root.iterdir()) == []
    assert not list((published.user.home or Path()).rglob("*"))


def test_resolve_prints_the_version_its_size_and_its_roles(published: Published) -> None:
    size = resolved(published.user, "my-model:1.0.0")["total_size"]
    assert published.user.ok("resolve", "my-model:1.0.0") == (
        "Bundle: my-model:1.0.0\n"
        f"Manifest: {published.digest}\n"
        f"Size: {size} B\n"
        "\n"
        "Role      Layers\n"
        "default   code, config, data, models\n"
        "runtime   code, config\n"
        "scoring   models\n"
        "training  code, config, data\n"
    )
    verbose = published.user.ok("resolve", published.digest, "--verbose")
    assert f"Bundle: {published.digest[:18]}…\n" in verbose
    assert "Reference type: digest-only\nExternal index: not present\n" in verbose
    assert "Reference type: name:version\n" in published.user.ok("resolve", "my-model:1.0.0", "--verbose")


def test_resolve_writes_nothing_where_it_is_called(published: Published) -> None:
    published.user.ok("resolve", "my-model:1.0.0")
    assert list(published.user.root.iterdir()) == []


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


def conflict(published: Published) -> dict[str, str]:
    """Leave a file with other content where the bundle has one, and return what is on disk."""
    published.user.write("out/src/seir.py", "BETA = 0.9\n")
    published.user.write("out/data/cases.csv", "other\n")
    return snapshot(published.outside("out"))


def test_a_conflict_leaves_everything_as_it_is(published: Published) -> None:
    before = conflict(published)
    said = published.user.refused(12, "materialize", "my-model:1.0.0", "out")
    assert "2 paths are in conflict; nothing was written" in said
    assert "data/cases.csv: expected sha256:" in said and "src/seir.py: expected sha256:" in said
    assert snapshot(published.outside("out")) == before
    assert published.user.run("materialize", "my-model:1.0.0", "out", "--dry-run").code == 12


def test_overwrite_replaces_what_differs_and_nothing_else(published: Published) -> None:
    conflict(published)
    published.user.write("out/mine.txt", "mine\n")
    result = materialized(published.user, "my-model:1.0.0", "out", "--overwrite")
    assert result["replaced"] == ["data/cases.csv", "src/seir.py"]
    assert published.user.read("out/src/seir.py") == CODE
    assert published.user.read("out/mine.txt") == "mine\n"


def test_a_dry_run_writes_nothing(published: Published) -> None:
    result = materialized(published.user, "my-model:1.0.0", "out", "-n")
    assert result["dry_run"] and "src/seir.py" in result["created"]
    assert not published.outside("out").exists()


@pytest.mark.parametrize("options", [(), ("--overwrite",)])
def test_nothing_is_written_through_a_symlink(published: Published, options: tuple[str, ...]) -> None:
    (published.user.root / "out").mkdir(parents=True)
    elsewhere = published.user.root / "elsewhere"
    elsewhere.mkdir()
    published.outside("out/src").symlink_to(elsewhere)
    before = snapshot(published.user.root)
    assert "src/seir.py: lies beyond 'src'" in published.user.refused(
        12, "materialize", "my-model:1.0.0", "out", *options
    )
    assert snapshot(published.user.root) == before


@pytest.mark.parametrize("options", [(), ("--overwrite",)])
def test_an_area_that_is_a_symlink_is_refused(published: Published, options: tuple[str, ...]) -> None:
    (published.user.root / "out").mkdir(parents=True)
    elsewhere = published.user.root / "elsewhere"
    elsewhere.mkdir()
    published.outside("out/.mops").symlink_to(elsewhere)
    published.user.refused(12, "materialize", "my-model:1.0.0", "out", *options)
    assert published.files() == {".mops"} and list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("options", [(), ("--overwrite",)])
def test_a_directory_with_files_is_never_replaced(published: Published, options: tuple[str, ...]) -> None:
    published.user.write("out/src/seir.py/mine.txt", "mine\n")
    before = snapshot(published.outside("out"))
    assert "is a directory with files in it" in published.user.refused(
        12, "materialize", "my-model:1.0.0", "out", *options
    )
    assert snapshot(published.outside("out")) == before


def test_a_symlink_in_place_of_a_file_is_replaced_itself(published: Published) -> None:
    victim = published.user.write("victim.txt", CODE)
    published.outside("out/src").mkdir(parents=True)
    published.outside("out/src/seir.py").symlink_to(victim)
    published.user.refused(12, "materialize", "my-model:1.0.0", "out")
    published.user.ok("materialize", "my-model:1.0.0", "out", "--overwrite")
    assert not published.outside("out/src/seir.py").is_symlink()
    assert victim.read_text() == CODE


def test_a_destination_that_is_a_file_is_refused(published: Published) -> None:
    published.user.write("out", "mine\n")
    assert "not a directory" in published.user.refused(12, "materialize", "my-model:1.0.0", "out")
    assert published.user.read("out") == "mine\n"


def test_a_role_that_is_not_there_lists_those_that_are(published: Published) -> None:
    said = published.user.refused(11, "materialize", "my-model:1.0.0", "out", "--role", "inference")
    assert "available roles: default, runtime, scoring, training" in said
    assert not published.outside("out").exists()


@pytest.mark.parametrize(
    ("code", "reference", "said"),
    [
        (1, "my-model:9.9.9", "no bundle 'my-model:9.9.9' at"),
        (1, "your-model:1.0.0", "no bundle 'your-model:1.0.0' at"),
        (1, f"my-model@sha256:{'0' * 64}", "no bundle"),
        (1, f"sha256:{'0' * 64}", "no bundle"),
        (2, "my model", "names no version"),
        (2, "my-model@sha256:abc", "not a digest"),
    ],
)
def test_what_cannot_be_found_is_told(published: Published, code: int, reference: str, said: str) -> None:
    for command in (("resolve", reference), ("materialize", reference, "out")):
        assert said in published.user.refused(code, *command)
    assert not published.outside("out").exists()


def test_without_a_registry_a_name_is_an_error(tmp_path: Path) -> None:
    said = Workspace(tmp_path / "user").refused(2, "resolve", "my-model:1.0.0")
    assert "REGISTRY_REPO" in said


def test_a_registry_that_nobody_serves_is_a_failed_transfer(tmp_path: Path) -> None:
    user = Workspace(tmp_path / "user", env={"MODELOPS_HTTP_RETRY": "0"})
    user.refused(3, "materialize", "127.0.0.1:1/lab/my-model:1.0.0", "out")
    assert not (user.root / "out").exists()


def test_what_is_no_bundle_is_an_unsupported_media_type(tmp_path: Path) -> None:
    publish(tmp_path / "store", manifest_of([descriptor("application/x", b"x")]), (b"{}", b"x"))
    user = Workspace(tmp_path / "user")
    for command in (("resolve", "oci:../store"), ("materialize", "oci:../store", "out")):
        assert "not a bundle" in user.refused(10, *command)


@pytest.mark.parametrize("options", [(), ("--overwrite",), ("--no-cache",)])
def test_a_damaged_blob_is_refused_and_nothing_is_written(tmp_path: Path, options: tuple[str, ...]) -> None:
    publish(tmp_path / "store", manifest_of([titled("a", b"right"), titled("b", b"x")]), (b"{}", b"right", b"x"))
    blob = sha256(b"right").removeprefix("sha256:")
    (tmp_path / "store" / "blobs" / "sha256" / blob).write_bytes(b"wrong")
    user = Workspace(tmp_path / "user", tmp_path / "home")
    assert "does not match its digest" in user.refused(5, "materialize", "oci:../store", "out", *options)
    assert not (user.root / "out").exists()
    user.write("out/a", "mine")
    before = snapshot(user.root / "out")
    user.refused(5, "materialize", "oci:../store", "out", "--overwrite")
    assert snapshot(user.root / "out") == before


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


def test_a_project_knows_its_own_versions(published: Published, tmp_path: Path) -> None:
    work = Workspace(tmp_path / "work", tmp_path / "home-of-work")
    Workspace(tmp_path).ok("clone", f"{published.repository}:1.0.0", str(work.root))
    for reference in ("1.0.0", published.digest, f"@{published.digest}", "my-model:1.0.0"):
        assert resolved(work, reference)["manifest_digest"] == published.digest
    before = work.everything()
    work.ok("materialize", "1.0.0", "../out", "--role", "runtime")
    assert work.everything() == before


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


@pytest.mark.parametrize("typed", [True, False])
def test_a_bundle_with_roles_of_its_own_is_materialized_by_them(tmp_path: Path, typed: bool) -> None:
    publication = Publication(typed=typed)
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


def test_a_role_of_a_layer_that_is_none_is_a_mismatch(tmp_path: Path) -> None:
    publication = Publication(typed=True, document={"layers": [], "roles": {"default": ["weights"]}})
    publish(tmp_path / "store", publication.manifest, publication.blobs)
    assert "'weights'" in Workspace(tmp_path / "user").refused(11, "resolve", "oci:../store")


def test_a_bundle_of_the_earlier_tool_is_materialized_by_the_default_roles(tmp_path: Path) -> None:
    golden = Path(__file__).parents[1] / "modelops_bundle" / "golden" / "earlier.index.json"
    contents = {"data/cases.csv": b"day,cases\n1,3\n", "data/nothing.csv": b"", "src/model.py": b"BETA = 0.3\n"}
    EarlierBundle.read(golden, contents).publish(tmp_path / "store")
    user = Workspace(tmp_path / "user")
    assert materialized(user, "oci:../store", "out", "--role", "runtime")["created"] == ["src/model.py"]
    user.ok("materialize", "oci:../store", "out")
    assert {path: (user.root / "out" / path).read_bytes() for path in contents} == contents
