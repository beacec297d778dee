"""Tables and details of models and targets, as people read them."""

from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.findings import About, Finding, Kind
from modelops_bundle.models.overview import Assessed
from modelops_bundle.porcelain import _model_tables
from modelops_bundle.porcelain._model_status import ModelStatus
from modelops_bundle.porcelain._model_tables import show_details, show_tables
from modelops_bundle.source.facts import Parameter
from modelops_bundle.sync.status import Standing
from tests.modelops_bundle.models.registered import assessed, edited, model, overview, target

SEIR = model()
ABOUT = About(Kind.MODEL, "seir", SEIR.path, 3)


def status_of(*entries: Assessed, findings: tuple[Finding, ...] = ()) -> ModelStatus:
    found = overview(*entries)
    standings = {(about.kind, about.entity): Standing.NOT_PUSHED for about, _ in found.entries()}
    return ModelStatus(found, standings, findings)


def tables(capsys: pytest.CaptureFixture[str], status: ModelStatus) -> list[str]:
    show_tables(status)
    return capsys.readouterr().out.splitlines()


def details(capsys: pytest.CaptureFixture[str], root: Path, each: Assessed, *findings: Finding) -> list[str]:
    show_details(Project(root), status_of(each, findings=findings), ABOUT, each)
    return capsys.readouterr().out.splitlines()


def test_models_come_before_targets_each_with_how_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    broken = assessed(
        target(), gone=["data/observed.csv"], now=Present(replace(target(), data=(), data_digests={}))
    )
    assert tables(capsys, status_of(broken, assessed(SEIR))) == [
        "",
        "Registered Models (1)",
        "Model  Status   Dependencies  Cloud",
        "Seir   ✓ Ready  3 files       Not pushed",
        "",
        "Registered Targets (1)",
        "Target  Model Output  Status    Dependencies  Cloud",
        "fit     incidence     ✗ Broken  1 missing     Not pushed",
    ]


def test_without_targets_there_is_no_table_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Targets" not in "".join(tables(capsys, status_of(assessed(SEIR))))
    assert "Models" not in "".join(tables(capsys, status_of(assessed(target()))))


def test_changes_are_counted_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    now = edited(edited(SEIR, "models/__init__.py"), "data/people.csv")
    now = replace(now, data=(*now.data, "data/new.csv"))
    assert "Seir   ⚠ Stale  2 modified, 1 added  Not pushed" in tables(
        capsys, status_of(assessed(SEIR, Present(now)))
    )


def test_classes_of_one_name_are_shown_by_id(capsys: pytest.CaptureFixture[str]) -> None:
    shown = tables(
        capsys,
        status_of(assessed(model("north")), assessed(model("south")), assessed(replace(SEIR, class_name="Sir"))),
    )
    assert [line.split()[0] for line in shown[3:6]] == ["north", "south", "Sir"]


def test_what_needs_attention_comes_before_what_is_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_model_tables, "MANY", 2)
    entries = [assessed(model(f"m{number}")) for number in range(3)]
    stale = model("z")
    shown = tables(capsys, status_of(*entries, assessed(stale, Present(edited(stale, "data/people.csv")))))
    assert [line.split()[0] for line in shown[3:5]] == ["z", "m0"]
    assert shown[5] == "… and 2 more (status --json lists all)"


def test_findings_stand_below_each_once_and_an_error_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    shared = ABOUT.warning("unresolved-import", "imports 'x'", "write it", "models/__init__.py", 1)
    findings = (
        ABOUT.error("missing-file", "it is missing", "restore it", "data/a.csv"),
        shared,
        replace(shared, entity="other"),
        ABOUT.info("unused-output", "no target uses 'x'", "register one"),
        ABOUT.error("stale", "code changed", "refresh"),
        ABOUT.info("cosmetic", "only comments", "refresh"),
        About(Kind.TARGET_SET, "all").error("unknown-target", "names 'x'", "register it"),
    )
    shown = tables(capsys, status_of(assessed(SEIR), findings=findings))
    assert shown[shown.index("Findings:") + 1 :] == [
        "  ✗ data/a.csv: it is missing",
        "    restore it",
        "  ⚠ models/__init__.py:1: imports 'x'",
        "  i models/seir.py:3: no target uses 'x'",
        "  ✗ names 'x'",
        "    register it",
    ]


def test_what_only_the_platform_needs_is_told_where_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    findings = (
        ABOUT.warning("empty-outputs", "declares no output", ""),
        About(Kind.BUNDLE, "").warning("missing-wire", "no worker", ""),
    )
    status = status_of(assessed(SEIR), findings=findings)
    assert tables(capsys, status)[-2:] == ["  ⚠ models/seir.py:3: declares no output", "  ⚠ no worker"]
    assert "Findings:" not in tables(capsys, replace(status, for_platform=False))


def test_many_findings_are_counted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_model_tables, "MANY", 2)
    findings = tuple(ABOUT.warning("x", f"number {number}", "") for number in range(5))
    shown = tables(capsys, status_of(assessed(SEIR), findings=findings))
    assert shown[-1] == "  … and 3 more (modelops-bundle check lists all)"
    assert "number 2" not in "".join(shown)


def test_details_tell_each_dependency_and_what_was_found(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/people.csv").write_bytes(b"x" * 2048)
    entry = replace(
        SEIR,
        scenarios=("baseline", "a\x1b[2Jb"),
        parameters=(Parameter("beta", 0.1, 1.0), Parameter("n", lower=1), Parameter("gamma")),
    )
    changed = replace(edited(entry, "data/people.csv"), code=())
    stale = ABOUT.error("stale", "data changed", "refresh it", "data/people.csv")
    other = About(Kind.TARGET, "seir").error("x", "of the target", "")
    shown = details(capsys, tmp_path, assessed(entry, Present(changed)), stale, other)
    assert shown[0] == "Model: seir"
    assert "Status: ⚠ Stale" in shown and "Cloud: Not pushed" in shown
    assert any(line.startswith("Last change: data/people.csv, ") for line in shown)
    assert "Scenarios: baseline, a\\x1b[2Jb" in shown
    assert "Parameters: beta (0.1 to 1.0), n (1 to ), gamma" in shown
    assert "Dependencies (2 files)" in shown
    rows = {line.split()[0]: line.split()[1:5] for line in shown if line.startswith(("data/", "models/"))}
    assert rows["data/people.csv"] == ["data", "modified", "2.0", "KB"]
    assert rows["models/__init__.py"] == ["code", "removed"]
    assert rows["models/seir.py"] == ["model", "unchanged"]
    # Of what the next push settles, no error is made.
    assert "  ⚠ data/people.csv: data changed" in shown and "    refresh it" in shown
    assert "of the target" not in "".join(shown)


def test_what_says_nothing_is_told_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shown = details(capsys, tmp_path, assessed(replace(SEIR, outputs=())))
    assert "Outputs: none is declared" in shown and "Parameters: none is declared" in shown
    assert "Last change: none of its files is here" in shown
