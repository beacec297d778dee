import json
import os
from pathlib import Path

import pytest

from modelops_bundle.digest import digest_of
from modelops_bundle.files.hashing import Unreadable
from modelops_bundle.worker_cache import completion
from modelops_bundle.worker_cache.completion import (
    Completion,
    changed_since,
    read_completion,
    stats_of,
    write_completion,
)


def completion_of(root: Path) -> Completion:
    (root / "data").mkdir()
    for name in "a", "b":
        (root / "data" / name).write_text(name)
    (root / "link").symlink_to("data/a")
    files = stats_of(root, ["data/a", "data/b", "link"])
    return Completion(digest_of(b"bundle"), digest_of(b"tree"), "localhost:5000/x", files)


def test_a_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    done = completion_of(tmp_path)
    write_completion(tmp_path / "records/x.json", done, tmp_path)
    assert read_completion(tmp_path / "records/x.json") == done
    assert changed_since(tmp_path, done) == []
    assert done.size == 2 + len("data/a")


SOUND = {"version": 2, "digest": digest_of(b"b"), "tree": digest_of(b"t"), "remote": "r", "files": {"a": None}}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"[" * 100_000,
        json.dumps(SOUND).encode().replace(b'"remote"', b'"tree": "", "remote"'),
        *(
            json.dumps({**SOUND, **wrong}).encode()
            for wrong in (
                {"version": 1},
                {"digest": 5},
                {"digest": "sha256:../../victim"},
                {"digest": digest_of(b"b") + "/.."},
                {"tree": None},
                {"tree": "sha256:1"},
                {"remote": 5},
                {"files": 3},
                {"files": {"a": 5}},
                {"files": {"a": "1 2 3"}},
                {"files": {"a": "1 2 3 4 five"}},
                {"files": {"../a": None}},
                {"files": {"/etc/passwd": None}},
            )
        ),
    ],
)
def test_a_record_that_makes_no_sense_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "record").write_bytes(json.dumps(SOUND).encode())
    assert read_completion(tmp_path / "record")
    (tmp_path / "record").write_bytes(data)
    assert read_completion(tmp_path / "record") is None


def test_only_a_file_of_bounded_size_is_read_as_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "record").write_bytes(json.dumps(SOUND).encode())
    (tmp_path / "link").symlink_to("record")
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in "absent", "directory", "pipe":
        assert read_completion(tmp_path / name) is None
    # What the system does not let us read may be sound: the bundle must not count as absent, and be removed.
    with pytest.raises(Unreadable):
        read_completion(tmp_path / "link")
    monkeypatch.setattr(completion, "_MAX_BYTES", 100)
    assert read_completion(tmp_path / "record") is None


def test_every_kind_of_change_is_seen(tmp_path: Path) -> None:
    done = completion_of(tmp_path)
    a, b = tmp_path / "data/a", tmp_path / "data/b"
    stat = a.stat()
    a.write_text("x")
    os.utime(a, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # the change time tells all the same
    assert changed_since(tmp_path, done) == ["data/a"]
    b.chmod(0o755)
    (tmp_path / "link").unlink()
    assert changed_since(tmp_path, done) == ["data/a", "data/b", "link"]


def test_a_file_without_a_stat_is_not_vouched_for(tmp_path: Path) -> None:
    done = completion_of(tmp_path)
    forgotten = Completion(done.digest, done.tree, done.remote, {**done.files, "data/a": None})
    assert changed_since(tmp_path, forgotten) == ["data/a"]
