import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.errors import Busy
from modelops_bundle.worker_cache.layout import CacheLayout
from tests.support.cli import CHECKOUT, run
from tests.support.worker import publish, worker
from tests.support.workspace import Workspace, snapshot

WEEKS_AGO = 1_700_000_000

# Is given a bundle, says so, and lives until its standard input ends.
ASKS = """
import sys
from modelops_bundle.repository import ModelOpsBundleRepository
registry, cache, reference = sys.argv[1:]
repository = ModelOpsBundleRepository(registry, cache)
repository.ensure_local(reference)
print("served", flush=True)
sys.stdin.read()
"""


class Cache:
    """A cache that holds two versions, and the commands about it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "cache"
        self.remote = f"oci:{directory}/layout"
        self.work = Workspace(directory / "seir", directory / "home")
        self.work.write("data/cases.csv", "day,cases\n1,3\n")
        self.work.write("data/same.csv", "same in both\n")
        self.old = publish(self.work, self.remote)
        self.old_tree = self.work.tree()
        worker(self.remote, self.directory).ensure_local(self.old)
        self.work.write("data/cases.csv", "day,cases\n1,3\n2,9\n")
        self.new = publish(self.work, self.remote)
        worker(self.remote, self.directory).ensure_local(self.new)
        self.file = self.tree(self.old) / "data/cases.csv"

    def tree(self, digest: str) -> Path:
        return self.directory / "bundles" / digest[7:19]

    def age(self, digest: str) -> None:
        """Let a bundle be one that nobody asked for in weeks."""
        os.utime(self.directory / "records" / f"{digest[7:19]}.json", (WEEKS_AGO, WEEKS_AGO))

    def json(self, *words: str, code: int = 0) -> Any:
        done = run("cache", *words, "--dir", str(self.directory), "--json", cwd=self.work.root)
        assert done.code == code, done
        return json.loads(done.text)

    def ok(self, *words: str) -> str:
        done = run("cache", *words, "--dir", str(self.directory), cwd=self.work.root)
        assert done.code == 0, done
        return done.text


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


def test_bundles_are_listed_the_one_used_last_first(cache: Cache, tmp_path: Path) -> None:
    cache.age(cache.old)
    listed = cache.json("list")
    assert listed["directory"] == str(cache.directory)
    assert [bundle["digest"] for bundle in listed["bundles"]] == [cache.new, cache.old]
    assert listed["bundles"][1] | {"size": 0, "files": 0} == {
        "digest": cache.old,
        "directory": str(cache.tree(cache.old)),
        "remote": f"oci:{tmp_path}/layout",
        "files": 0,
        "size": 0,
        "used": WEEKS_AGO,
    }
    lines = cache.ok("list").splitlines()
    assert [line.split()[0] for line in lines] == ["Digest", cache.new[:19], cache.old[:19]]


def test_the_cache_is_the_platforms_unless_another_is_named(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELOPS_BUNDLES_CACHE_DIR", str(cache.directory))
    assert cache.new[:19] in run("cache", cwd=tmp_path).text
    monkeypatch.setenv("MODELOPS_BUNDLES_CACHE_DIR", str(tmp_path / "none"))
    empty = run("cache", "list", cwd=tmp_path)
    assert (empty.code, empty.text) == (0, "")
    assert f"no bundles in '{tmp_path}/none'" in empty.stderr
    assert run("cache", "--dir", str(cache.directory), cwd=tmp_path).code == 2


COMMANDS = [("list",), ("verify",), ("prune", "--older-than", "0"), ("prune", "--older-than", "0", "-n")]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_directory_that_is_no_cache_is_refused_and_left_as_it_is(
    cache: Cache, tmp_path: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    alike = Workspace(tmp_path / "h")
    for path in ("bundles/thesis/chapter.tex", "packs/winter", "objects/ab/notes", "tmp/draft"):
        alike.write(path, "years of work\n")
    (tmp_path / "empty").mkdir()
    for directory in cache.work.root / ".modelops-bundle", alike.root, tmp_path / "empty", tmp_path / "mistyped":
        before = sorted(tmp_path.rglob("*"))
        refused = cache.work.refused(2, "cache", *command, "--dir", str(directory))
        assert f"no cache of workers: '{directory}'" in refused
        monkeypatch.setenv("MODELOPS_BUNDLES_CACHE_DIR", str(directory))
        has_content = directory.exists() and any(directory.iterdir())
        assert cache.work.run("cache", *command).code == (2 if has_content else 0)
        assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_name_stands_for_no_cache(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELOPS_BUNDLES_CACHE_DIR", str(cache.directory))
    assert "--dir is empty" in cache.work.refused(2, "cache", "prune", "--older-than", "0", "--dir", "")


def test_what_others_put_into_a_cache_stays(cache: Cache) -> None:
    theirs = Workspace(cache.directory)
    hexadecimal = "0" * 64
    files = [
        theirs.write(path, "years of work\n")
        for path in (
            "bundles/thesis/chapter.tex",
            f"bundles/{hexadecimal[:12]}/chapter.tex",
            "packs/winter",
            "objects/ab/notes",
            f"objects/ab/{hexadecimal[2:]}/notes",
            "tmp/draft",
            f"tmp/{hexadecimal[:12]}/draft",
            "README",
        )
    ]
    assert cache.ok("prune", "--older-than", "0").count("removed sha256:") == 2
    assert all(file.exists() for file in files)


def test_all_that_goes_is_told_before_and_when_it_goes(cache: Cache) -> None:
    before = set(snapshot(cache.directory))
    cache.age(cache.old)
    announced = cache.json("prune", "-n")
    assert set(snapshot(cache.directory)) == before
    lines = cache.ok("prune", "-n").splitlines()
    assert cache.json("prune") == announced | {"dry_run": False}
    gone = before - set(snapshot(cache.directory)) - {f"records/{cache.old[7:19]}.json"}
    told = {other["path"] for other in announced["others"]}
    assert told == {path for path in gone if not path.startswith("bundles/")}
    assert {other["size"] for other in announced["others"]} >= {len("day,cases\n1,3\n")}
    assert [line.split()[2] for line in lines] == [cache.old, *sorted(told)]
    assert all(line.startswith("would remove ") for line in lines)


def test_a_sound_cache_verifies(cache: Cache) -> None:
    assert cache.json("verify") == {"verified": [cache.new, cache.old], "damaged": []}
    assert cache.ok("verify", cache.old[:15]).startswith("1 bundle verified")


def test_damage_that_no_stat_shows_is_found_and_then_repaired(cache: Cache) -> None:
    repository = worker(cache.remote, cache.directory)
    repository.ensure_local(cache.old)
    record = cache.directory / "records" / f"{cache.old[7:19]}.json"
    cache.file.write_text("day,cases\n9,9\n")
    # As if the disk had changed the bytes: the record vouches for the stat that the file has now.
    now = cache.file.stat()
    known = json.loads(record.read_bytes())
    stat = now.st_mode, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino
    known["files"]["data/cases.csv"] = " ".join(map(str, stat))
    record.write_text(json.dumps(known))
    worker(cache.remote, cache.directory).ensure_local(cache.old)
    assert cache.file.read_text() == "day,cases\n9,9\n"
    assert cache.json("verify", code=5)["damaged"] == [{"digest": cache.old, "path": "data/cases.csv"}]
    worker(cache.remote, cache.directory).ensure_local(cache.old)
    assert snapshot(cache.tree(cache.old)) == cache.old_tree
    assert cache.json("verify")["damaged"] == []


def test_damaged_objects_are_removed(cache: Cache) -> None:
    objects = CacheLayout(cache.directory).objects
    digest = next(iter(objects))
    objects.path(digest).chmod(0o644)
    objects.path(digest).write_bytes(b"other")
    assert {"digest": digest, "path": None} in cache.json("verify", code=5)["damaged"]
    assert digest not in objects


def test_damage_is_told_with_a_hint(cache: Cache) -> None:
    cache.file.write_text("other")
    done = run("cache", "verify", "--dir", str(cache.directory), cwd=cache.work.root)
    assert done.code == 5
    assert f"{cache.old} data/cases.csv" in done.stderr
    assert "hint: nothing to do" in done.stderr
    gone = run("cache", "verify", "sha256:12", "--dir", str(cache.directory), cwd=cache.work.root)
    assert (gone.code, "no bundle in the cache: 'sha256:12'" in gone.stderr) == (1, True)


def test_what_nobody_asked_for_is_pruned_with_all_that_only_it_needed(cache: Cache) -> None:
    cache.age(cache.old)
    objects = CacheLayout(cache.directory).objects
    before = set(objects)
    assert [bundle["digest"] for bundle in cache.json("prune", "-n")["removed"]] == [cache.old]
    assert cache.file.exists()
    assert cache.ok("prune").startswith(f"removed {cache.old}")
    assert not cache.tree(cache.old).exists()
    left = set(objects)
    assert cache.old in before - left
    assert snapshot(worker(cache.remote, cache.directory).ensure_local(cache.new)[1]) == cache.work.tree()
    assert cache.json("verify") == {"verified": [cache.new], "damaged": []}
    assert cache.json("prune") == {"removed": [], "others": [], "dry_run": False}
    assert snapshot(worker(cache.remote, cache.directory).ensure_local(cache.old)[1]) == cache.old_tree


def test_asking_for_a_bundle_keeps_it(cache: Cache) -> None:
    cache.age(cache.old)
    worker(cache.remote, cache.directory).ensure_local(cache.old)
    assert cache.json("prune", "--older-than", "0.5")["removed"] == []


def test_what_a_living_process_was_given_stays_however_old(cache: Cache) -> None:
    command = [sys.executable, "-c", ASKS, cache.remote, str(cache.directory), cache.old]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=pipe, stdout=pipe) as process:
        assert process.stdout and process.stdin
        assert process.stdout.readline() == b"served\n"
        cache.age(cache.old)
        assert cache.json("prune")["removed"] == []
        with pytest.raises(Busy), CacheLayout(cache.directory).unused(cache.old):  # type: ignore[arg-type]
            pass
        process.stdin.close()
        process.wait()
    assert [bundle["digest"] for bundle in cache.json("prune")["removed"]] == [cache.old]
