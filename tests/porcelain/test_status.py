"""status shows the registered models and targets: how each is, and where it stands."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.model_projects import FILES, NETWORK, RATES, edit, make_registered
from tests.support.workspace import Workspace, assert_refusal


@pytest.fixture
def models(tmp_path: Path, layout: str) -> Workspace:
    """A project with two models and two targets, of which nothing is published."""
    return make_registered(tmp_path / "models", layout)


@pytest.fixture
def published(models: Workspace) -> Workspace:
    """The same, published as `latest`."""
    models.ok("push")
    return models


def rows(work: Workspace, title: str) -> list[list[str]]:
    """Return the rows of a table of `status`, its header first."""
    lines = work.ok("status").splitlines()
    begin = next(at for at, line in enumerate(lines) if line.startswith(f"{title} ("))
    table = lines[begin + 1 : begin + 1 + lines[begin + 1 :].index("")]
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in table]


def model(work: Workspace, name: str) -> dict[str, Any]:
    """Return what `status --json` says of one model or target."""
    (found,) = json.loads(work.ok("status", name, "--json"))
    assert isinstance(found, dict)
    return found


def standing(work: Workspace, name: str) -> str:
    return str(model(work, name)["standing"])


def test_it_begins_with_the_bundle_then_changes_then_models_and_ends_with_the_next_command(
    models: Workspace, layout: str
) -> None:
    lines = models.ok("status").splitlines()
    assert lines[0] == f"Bundle: {layout}:latest"
    assert lines[1].startswith("Local changes: ")
    assert lines[2:4] == ["", "Registered Models (2)"]
    assert lines[-1] == "Next: modelops-bundle push"


def test_models_and_targets_are_tables(models: Workspace) -> None:
    assert rows(models, "Registered Models") == [
        ["Model", "Status", "Dependencies", "Cloud"],
        ["NetworkSeir", "✓ Ready", "2 files", "Not pushed"],
        ["Seir", "✓ Ready", "4 files", "Not pushed"],
    ]
    assert rows(models, "Registered Targets") == [
        ["Target", "Model Output", "Status", "Dependencies", "Cloud"],
        ["deaths", "deaths", "✓ Ready", "3 files", "Not pushed"],
        ["weekly_cases", "incidence", "✓ Ready", "3 files", "Not pushed"],
    ]


def test_what_changed_is_counted(published: Workspace) -> None:
    edit(published, "models/rates.py", "0.3", "0.4")
    edit(published, "data/people.csv", "10", "11")
    edit(published, "models/network.py", "NetworkSeir", "Renamed")
    (published.root / "data/cases.csv").unlink()
    assert published.ok("status").splitlines()[1] == "Local changes: 3 files modified, 1 file deleted"
    assert rows(published, "Registered Models")[1:] == [
        ["NetworkSeir", "✗ Broken", "1 modified", "Ahead"],
        ["Seir", "⚠ Stale", "2 modified", "Ahead"],
    ]
    assert rows(published, "Registered Targets")[2][2:] == ["✗ Broken", "1 missing", "Ahead"]


def test_broken_models_are_explained_and_checked_before_a_push(published: Workspace) -> None:
    edit(published, "models/network.py", "return raw", "return (raw")
    text = published.ok("status")
    assert "  ✗ models/network.py:7: " in text
    assert text.splitlines()[-1] == "Next: modelops-bundle check"


def test_comments_change_nothing(published: Workspace) -> None:
    published.write("models/rates.py", "# Rates.\n" + RATES)
    assert rows(published, "Registered Models")[2] == ["Seir", "✓ Ready", "4 files", "Ahead"]


def test_a_model_stands_for_its_own_files(published: Workspace) -> None:
    names = ("Seir", "NetworkSeir", "weekly_cases")
    assert [standing(published, name) for name in names] == ["synced", "synced", "synced"]
    published.write("README.md", "# Other\n")
    edit(published, "models/rates.py", "0.3", "0.4")
    assert [standing(published, name) for name in names] == ["ahead", "synced", "synced"]


def test_a_model_that_is_registered_after_a_push_is_not_pushed(published: Workspace) -> None:
    published.write("models/late.py", NETWORK.replace("NetworkSeir", "Late"))
    published.ok("add", "models/late.py")
    published.ok("push")
    published.ok("register-model", "models/late.py")
    assert (standing(published, "Late"), standing(published, "Seir")) == ("not pushed", "synced")
    published.ok("push")
    assert standing(published, "Late") == "synced"


def test_what_a_colleague_pushed_is_behind_or_diverged(published: Workspace, tmp_path: Path, layout: str) -> None:
    colleague = Workspace(tmp_path / "colleague")
    colleague.ok("clone", layout, ".")
    edit(colleague, "models/rates.py", "0.3", "0.5")
    colleague.ok("push")
    published.ok("fetch")
    assert (standing(published, "Seir"), standing(published, "NetworkSeir")) == ("behind", "synced")
    edit(published, "data/people.csv", "10", "11")
    assert standing(published, "Seir") == "diverged"


def test_a_clone_is_ready_and_synced(published: Workspace, tmp_path: Path, layout: str) -> None:
    colleague = Workspace(tmp_path / "colleague")
    colleague.ok("clone", layout, ".")
    assert [row[1:] for row in rows(colleague, "Registered Models")[1:]] == [
        ["✓ Ready", "2 files", "Synced"],
        ["✓ Ready", "4 files", "Synced"],
    ]


def test_details_of_one_model(models: Workspace) -> None:
    edit(models, "models/rates.py", "0.3", "0.4")
    text = models.ok("status", "Seir")
    for line in (
        "Model: seir_seir",
        "Entry point: models.seir:Seir",
        "Status: ⚠ Stale",
        "Cloud: Not pushed",
        "Outputs: incidence, deaths",
        "Scenarios: baseline, lockdown",
        "Parameters: beta (0.1 to 1.0)",
        "Dependencies (4 files)",
    ):
        assert f"\n{line}\n" in f"\n{text}", line
    assert "Last change: models/rates.py, " in text
    (changed,) = [line for line in text.splitlines() if line.startswith("models/rates.py")]
    assert changed.split()[1:3] == ["code", "modified"]
    assert "modelops-bundle why seir_seir" in text


@pytest.mark.parametrize("name", ["seir_seir", "Seir", "models.seir:Seir"])
def test_a_model_is_named_by_id_class_or_entry_point(models: Workspace, name: str) -> None:
    assert model(models, name)["id"] == "seir_seir"


def test_details_of_a_target(models: Workspace) -> None:
    text = models.ok("status", "weekly_cases")
    assert "Target: weekly_cases\n" in text and "Model output: incidence\n" in text


def test_an_unknown_name_is_an_error_with_what_comes_near(models: Workspace) -> None:
    assert "seir_seir" in models.refused(1, "status", "seir_sier")


def test_a_name_without_a_registry_is_an_error(work: Workspace) -> None:
    work.refused(1, "status", "Seir")


def test_classes_of_one_name_are_told_apart_by_id(models: Workspace) -> None:
    for place in ("a", "b"):
        models.write(f"models/{place}/__init__.py", "")
        models.write(f"models/{place}/sir.py", NETWORK.replace("NetworkSeir", "Sir"))
        models.ok("register-model", f"models/{place}/sir.py")
    ids = [each["id"] for each in json.loads(models.ok("status", "--json"))["models"] if each["name"] == "Sir"]
    shown = [row[0] for row in rows(models, "Registered Models")[1:]]
    assert len(ids) == 2 and set(shown) == {*ids, "Seir", "NetworkSeir"}
    assert ids[0] in models.refused(2, "status", "Sir")


def test_scripts_get_all_of_it(published: Workspace) -> None:
    edit(published, "models/rates.py", "0.3", "0.4")
    value = json.loads(published.ok("status", "--json"))
    network, seir = value["models"]
    assert (network["condition"], seir["condition"]) == ("ready", "stale")
    assert seir["changes"] == [{"path": "models/rates.py", "kind": "code", "how": "modified"}]
    assert {each["path"] for each in seir["dependencies"]} == {
        "models/seir.py", "models/rates.py", "models/__init__.py", "data/people.csv"
    }  # fmt: skip
    assert seir["last_change"]["path"] == "models/rates.py"
    assert [each["category"] for each in value["findings"]] == ["stale", "unused-output"]
    assert value["targets"][1]["model_output"] == "incidence"


def test_a_registry_that_cannot_be_read_does_not_hide_the_files(published: Workspace) -> None:
    published.write(".modelops-bundle/registry.yaml", "models: [\n")
    text = published.ok("status")
    assert "Models and targets: not valid YAML: " in text
    assert "  ~ .modelops-bundle/registry.yaml" in text
    assert text.splitlines()[-1] == "Next: modelops-bundle check"
    assert "registry.yaml" in json.loads(published.ok("status", "--json"))["models_error"]
    published.refused(2, "status", "Seir")


def test_a_registry_that_the_system_keeps_from_us_does_not_hide_the_files(published: Workspace) -> None:
    edit(published, "models/rates.py", "0.3", "0.4")
    (published.root / ".modelops-bundle/registry.yaml").unlink()
    (published.root / ".modelops-bundle/registry.yaml").mkdir()
    done = published.run("status")
    assert_refusal(done, 3)
    assert "  ~ models/rates.py\n" in done.text
    assert "Models and targets: cannot read '" in done.text and "Is a directory" in done.stderr
    assert done.text.splitlines()[-1] == "Next: modelops-bundle check"
    done = published.run("status", "--json")
    assert_refusal(done, 3)
    value = json.loads(done.text)
    assert value["states"]["modified-local"] == ["models/rates.py"]
    assert value["models_error"].endswith("registry.yaml': Is a directory")
    assert "models/rates.py" in published.ok("status", "--files")


@pytest.mark.parametrize("option", ["--files", "--untracked", "--untracked-only", "--exit-code", "--porcelain=v1"])
def test_a_name_and_options_about_files_do_not_go_together(models: Workspace, option: str) -> None:
    assert "--json only" in models.refused(2, "status", "Seir", option)


def test_files_show_files_only(models: Workspace) -> None:
    assert "Registered" not in models.ok("status", "--files")


def test_the_same_from_a_subdirectory(models: Workspace) -> None:
    below = Workspace(models.root / "data")
    assert below.ok("status") == models.ok("status")
    assert below.ok("status", "Seir") == models.ok("status", "Seir")


def test_many_models_are_cut_and_those_that_need_attention_come_first(models: Workspace) -> None:
    for number in range(60):
        models.write(f"models/m{number:02d}.py", NETWORK)
    for number in range(60):
        models.ok("register-model", f"models/m{number:02d}.py", "--id", f"m{number:02d}")
    edit(models, "models/rates.py", "0.3", "0.4")
    text = models.ok("status")
    assert text.index("Registered Models (62)") < text.index("⚠ Stale") < text.index("✓ Ready")
    assert "… and 12 more (status --json lists all)" in text


def test_what_models_share_is_told_once(models: Workspace) -> None:
    models.write("models/__init__.py", "from .nowhere import x\n")
    text = models.ok("status")
    assert text.count("models/__init__.py:1: imports '.nowhere: x', which is not in the project") == 1


def test_a_project_without_the_platform_is_not_told_how_to_run_there(work: Workspace) -> None:
    work.write("models/__init__.py", "")
    work.write("models/plain.py", "class Plain:\n    pass\n")
    work.ok("register-model", "models/plain.py", "--class", "Plain")
    assert "Findings:" not in work.ok("status") + work.ok("status", "Plain")
    assert "missing-wire" in work.ok("status", "--json") and "missing-wire" in work.ok("check")
    work.write("models/__init__.py", "from modelops_calabaria import BaseModel\n")
    work.ok("register-model", "models/plain.py")
    assert "no worker of the platform could run it" in work.ok("status")
    assert "'plain_plain' declares no output" in work.ok("status", "Plain")


def test_nothing_of_the_project_is_imported(models: Workspace) -> None:
    edit(models, "models/seir.py", "class Seir", "raise SystemExit('imported')\n\n\nclass Seir")
    assert rows(models, "Registered Models")[2][1] == "⚠ Stale"
    assert set(FILES) <= set(models.tree())
