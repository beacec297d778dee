"""`verify` tells what is damaged, here or at the remote, and repairs nothing."""

import json
import os
from pathlib import Path

import pytest

from tests.support.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    work = Workspace(tmp_path / "seir", tmp_path / "home")
    work.write("models/seir.py", "BETA = 0.4\n")
    work.write("data/cases.csv", "day,cases\n1,3\n")
    work.write("data/large.bin", os.urandom(9 << 20))
    work.ok("init", "--remote", f"oci:{tmp_path}/registry")
    work.ok("add", ".")
    work.ok("push")
    return work


def layout_blobs(work: Workspace) -> list[Path]:
    return sorted((work.root.parent / "registry/blobs/sha256").iterdir(), key=lambda file: file.stat().st_size)


def damage(file: Path) -> None:
    file.chmod(0o644)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def test_nothing_is_said_against_what_is_whole(work: Workspace) -> None:
    assert work.ok("verify").startswith("Everything is as it should be: '")
    assert work.ok("verify", "--published", "--read-data").startswith("Everything is as it should be: oci:")


def test_a_damaged_object_is_told(work: Workspace) -> None:
    digest = work.ok("hash-object", "models/seir.py").split()[0]
    damage(work.root / ".modelops-bundle/objects" / digest[7:9] / digest[9:])
    done = work.run("verify")
    assert done.code == 5
    assert f"error corrupt-object {digest}" in done.text and "hint: " in done.stderr


def test_a_blob_that_the_remote_lost_is_told(work: Workspace) -> None:
    layout_blobs(work)[-1].unlink()
    done = work.run("verify", "--published")
    assert done.code == 5
    assert "error missing-blob sha256:" in done.text and "push --force" in done.stderr


def test_damage_at_the_remote_shows_when_data_is_read_and_names_the_file(work: Workspace) -> None:
    damage(layout_blobs(work)[-1])
    assert work.run("verify", "--published").code == 0
    done = work.run("verify", "--published", "--read-data", "--json")
    assert done.code == 5
    (finding,) = json.loads(done.text)["findings"]
    assert (finding["id"], finding["severity"]) == ("damaged-file", "error")
    assert "'data/large.bin'" in finding["text"]


def test_a_version_is_checked_by_tag_or_digest(work: Workspace) -> None:
    digest = json.loads(work.ok("push", "--json"))["digest"]
    assert work.ok("verify", "--published", "--ref", digest).rstrip().endswith(f"@{digest}")
    assert "nowhere" in work.refused(1, "verify", "--published", "--tag", "nowhere")


def test_options_about_a_version_need_to_be_about_the_published_one(work: Workspace) -> None:
    assert "--published" in work.refused(2, "verify", "--read-data")
    assert "--published" in work.refused(2, "verify", "--tag", "v1")


def test_nothing_is_left_behind(work: Workspace) -> None:
    before = work.everything()
    work.ok("verify", "--published", "--read-data")
    assert work.everything() == before
    assert list((work.root / ".modelops-bundle/tmp").iterdir()) == []
