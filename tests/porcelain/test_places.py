"""People see where large files go and why; scripts get all of it."""

import pytest

from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import digest_of
from modelops_bundle.porcelain._places import places_json, show_places
from modelops_bundle.storage.policy import Decision, Placement

BLOB, REGISTRY = Decision(Placement.BLOB_STORE, "a pattern"), Decision(Placement.REGISTRY, "no provider")


def entry(path: str, size: int) -> TreeEntry:
    return TreeEntry(path, Mode.FILE, size, digest_of(b""))


def shown(capsys: pytest.CaptureFixture[str], *files: tuple[str, int, Decision]) -> list[str]:
    entries = [entry(path, size) for path, size, _ in files]
    show_places(entries, {path: decision for path, _, decision in files}, 1000)
    return capsys.readouterr().out.splitlines()


def test_large_files_and_those_in_a_blob_store_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, ("small", 999, REGISTRY), ("large", 1000, REGISTRY), ("forced", 1, BLOB))
    assert [line.split()[0] for line in lines] == ["File", "large", "forced"]
    assert lines[1].endswith("no provider") and lines[2].endswith("a pattern")


def test_of_small_files_there_is_no_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, ("small", 1, REGISTRY)) == []


def test_a_name_does_no_harm_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b" not in "".join(shown(capsys, ("a\x1b[31m", 1, BLOB)))


def test_scripts_get_every_place() -> None:
    assert places_json({"a": BLOB, "b": REGISTRY}) == {
        "a": {"place": str(Placement.BLOB_STORE), "why": "a pattern"},
        "b": {"place": str(Placement.REGISTRY), "why": "no provider"},
    }
