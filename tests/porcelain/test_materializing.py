"""What people and scripts are told of a materialization."""

import json
from pathlib import Path

import pytest

from modelops_bundle.materializing.plan import Options
from modelops_bundle.plumbing._session import Session
from modelops_bundle.porcelain._materializing import Request, materialize_for, report
from modelops_bundle.settings import Settings
from tests.modelops_bundle.pushed import published

FILES = {"data/cases.csv": b"1,3\n", "data/large.bin": b"large, and elsewhere", "src/seir.py": b"BETA = 1\n"}


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Somebody beside a layout that holds a bundle, of which one file lies in a blob store."""
    (tmp_path / "blobs").mkdir()
    config = f"storage: {{threshold_bytes: 15, provider: directory, container: '{tmp_path}/blobs'}}\n"
    published(tmp_path / "work", FILES, config)
    return Session(Settings(home=tmp_path / "home", cache_home=tmp_path / "home"), tmp_path, progress="none")


def told(
    session: Session,
    capsys: pytest.CaptureFixture[str],
    *,
    dry_run: bool = False,
    as_json: bool = False,
    verbose: bool = False,
) -> tuple[list[str], str]:
    request = Request("oci:layout", "out", None, Options(), dry_run, ci=True)
    report(session, request, materialize_for(session, request), as_json, verbose)
    out, err = capsys.readouterr()
    return out.splitlines(), err


def test_people_are_told_bundle_role_layers_and_files(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = told(session, capsys)
    assert out[:3] == ["Materialized oci:layout to out", "Role: default", "Layers: code, config, data, models"]
    assert out[3].startswith("Files: 3 created, 0 replaced, 0 unchanged (")
    assert out[4] == "Pointers: 1 file in a blob store (20 B)"
    assert err == "fetch them with: modelops-bundle fetch-external out\n"


def test_the_second_time_all_is_unchanged(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    told(session, capsys)
    assert told(session, capsys)[0][3] == "Files: 0 created, 0 replaced, 3 unchanged (0 B written)"


def test_each_file_is_told_to_who_wants_it(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(session, capsys, verbose=True)
    assert "  created   src/seir.py" in out and "  pointer   data/large.bin" in out


def test_a_dry_run_says_would_and_does_not(
    session: Session, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert told(session, capsys, dry_run=True)[0][0] == "Would materialize oci:layout to out"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("dry_run", [True, False])
def test_scripts_get_paths_and_pointers(
    session: Session, capsys: pytest.CaptureFixture[str], tmp_path: Path, dry_run: bool
) -> None:
    out, err = told(session, capsys, as_json=True, dry_run=dry_run)
    value = json.loads("\n".join(out))
    assert (value["destination"], value["role"], value["dry_run"]) == (str(tmp_path / "out"), "default", dry_run)
    assert set(value["created"]) == {".modelops-bundle/config.yaml", "data/cases.csv", "src/seir.py"}
    (pointer,) = value["pointers"].items()
    assert pointer[0] == "data/large.bin" and pointer[1]["fulfilled"] is False
    assert pointer[1]["uri"].startswith("file://")
    assert err == ""
