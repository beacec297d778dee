"""materialize hands on what it was asked for, and its exit codes tell how it ended."""

import json
from pathlib import Path

import pytest

from tests.support.role_bundles import RUNTIME, Published, publish_model
from tests.support.workspace import snapshot


@pytest.fixture
def published(tmp_path: Path) -> Published:
    return publish_model(f"oci:{tmp_path / 'models'}", tmp_path)


def test_a_role_is_put_where_it_was_asked_for(published: Published) -> None:
    printed = published.user.ok("materialize", "my-model:1.0.0", "out", "--role", "runtime")
    assert printed.splitlines()[:2] == ["Materialized my-model:1.0.0 to out", "Role: runtime"]
    assert published.files() == RUNTIME


def test_a_dry_run_writes_nothing_and_says_so(published: Published) -> None:
    printed = published.user.ok("materialize", "-n", "my-model:1.0.0", "out")
    assert printed.startswith("Would materialize ")
    assert json.loads(published.user.ok("materialize", "-n", "my-model:1.0.0", "out", "--json"))["dry_run"] is True
    assert not published.outside("out").exists()


def test_a_conflict_is_an_exit_code_and_overwriting_takes_a_word(published: Published) -> None:
    published.user.write("out/src/seir.py", "mine\n")
    before = snapshot(published.user.root)
    published.user.refused(12, "materialize", "my-model:1.0.0", "out")
    assert snapshot(published.user.root) == before
    found = json.loads(published.user.ok("materialize", "my-model:1.0.0", "out", "--overwrite", "--json"))
    assert found["replaced"] == ["src/seir.py"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (2, ["my-model:1.0.0"]),
        (2, ["my-model:1.0.0", ""]),
        (1, ["my-model:2.0.0", "out"]),
        (11, ["my-model:1.0.0", "out", "--role", "nope"]),
    ],
)
def test_what_cannot_be_done_leaves_nothing(published: Published, code: int, words: list[str]) -> None:
    published.user.refused(code, "materialize", *words)
    assert snapshot(published.user.root) == {}


def test_without_a_cache_none_is_filled(published: Published) -> None:
    published.user.ok("materialize", "--no-cache", "my-model:1.0.0", "out", "--role", "runtime")
    assert published.files() == RUNTIME
    assert published.user.home and not snapshot(published.user.home)
