"""register-model finds the models of a file, and loses nothing of what was registered before."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.model_projects import FILES, REGISTRY, SIR, make_unregistered, models
from tests.support.workspace import METADATA, Workspace

SEIR_NEEDS = ["models/__init__.py", "models/rates.py", "models/seir.py"]


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    return make_unregistered(tmp_path / "work")


def tracked(work: Workspace) -> list[str]:
    return work.ok("ls-files").splitlines()


def test_a_model_is_registered_with_all_that_it_needs(work: Workspace) -> None:
    done = work.run("register-model", "models/seir.py", "--data", "data/people.csv")
    assert done.code == 0, done
    assert "+ seir_seir  models.seir:Seir  4 files" in done.text
    entry = models(work)["seir_seir"]
    assert entry["code"] == ["models/__init__.py", "models/rates.py"]
    assert entry["data"] == ["data/people.csv"]
    assert set(entry["code_digests"]) == set(entry["code"])
    assert entry["model_digest"] == work.ok("hash-object", "models/seir.py").strip()
    assert entry["data_digests"] == {"data/people.csv": work.ok("hash-object", "data/people.csv").strip()}
    assert set(entry["semantic_digests"]) == set(SEIR_NEEDS)
    everything = {*SEIR_NEEDS, "data/people.csv", "pyproject.toml", REGISTRY, f"{METADATA}/config.yaml"}
    assert set(tracked(work)) >= everything - {f"{METADATA}/config.yaml"}
    assert "README.md" not in tracked(work)


def test_what_a_model_offers_is_read_from_the_source_inherited_or_not(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py")
    entry = models(work)["seir_seir"]
    assert entry["outputs"] == ["incidence", "deaths"]
    assert entry["scenarios"] == ["baseline", "lockdown"]
    assert entry["parameters"] == ["beta"]
    assert entry["parameter_space"] == [
        {"name": "beta", "lower": 0.1, "upper": 1.0, "kind": "float", "doc": "per day"}
    ]


def test_registering_twice_changes_nothing_and_tells_so(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--data", "data")
    before = work.everything()
    done = work.run("register-model", "models/seir.py", "--data", "data")
    assert (done.code, done.text, done.stderr) == (0, "", "nothing changed\n")
    assert {path: held for path, held in before.items() if not path.endswith("/index")} == {
        path: held for path, held in work.everything().items() if not path.endswith("/index")
    }


def test_starsim_counts_as_a_framework_and_pydantic_does_not(work: Workspace) -> None:
    work.ok("register-model", "models/sir.py")
    assert list(models(work)) == ["sir_starsimsir"]


def test_any_class_can_be_named(work: Workspace) -> None:
    work.ok("register-model", "models/sir.py", "--class", "Plain", "-c", "StarsimSIR")
    assert set(models(work)) == {"sir_plain", "sir_starsimsir"}


def test_naming_one_class_loses_no_other(work: Workspace) -> None:
    work.ok("register-model", "models/sir.py", "--class", "Plain", "--data", "data/people.csv")
    work.ok("register-model", "models/sir.py", "--class", "StarsimSIR")
    assert set(models(work)) == {"sir_plain", "sir_starsimsir"}
    assert models(work)["sir_plain"]["data"] == ["data/people.csv"]
    work.ok("register-model", "models/sir.py")
    assert set(models(work)) == {"sir_plain", "sir_starsimsir"}


def test_what_was_declared_before_is_kept(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--data", "data/people.csv", "--code", "README.md")
    work.ok("register-model", "models/seir.py", "--data", "data/deep")
    entry = models(work)["seir_seir"]
    assert entry["data"] == ["data/deep/contacts.csv", "data/people.csv"]
    assert "README.md" in entry["code"]


def test_bringing_all_up_to_date_keeps_what_each_has_for_its_own(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--data", "data/people.csv")
    work.ok("register-model", "models/sir.py", "--class", "Plain")
    work.write("models/rates.py", "BETA = 0.4\n")
    done = work.run("register-model", "models/sir.py", "--data", "data/cases.csv", "--regen-all")
    assert "~ seir_seir" in done.text
    assert models(work)["seir_seir"]["data"] == ["data/people.csv"]
    assert models(work)["sir_plain"]["data"] == ["data/cases.csv"]
    assert models(work)["seir_seir"]["code_digests"]["models/rates.py"] == (
        work.ok("hash-object", "models/rates.py").strip()
    )


def test_bringing_all_up_to_date_leaves_what_is_gone_and_names_what_is_new(work: Workspace) -> None:
    work.ok("register-model", "models/sir.py", "--class", "Plain")
    work.ok("register-model", "models/seir.py")
    work.write("models/seir.py", FILES["models/seir.py"].replace("class Seir(", "class SEIR("))
    done = work.run("register-model", "--regen-all")
    assert done.code == 0, done
    assert "'seir_seir' has no 'Seir' any more" in done.stderr
    assert "not registered: 'models.seir:SEIR'" in done.stderr
    assert "not registered: 'models.sir:StarsimSIR'" in done.stderr
    assert "seir_seir" in models(work)


def test_files_of_one_name_in_two_directories_are_two_models(work: Workspace) -> None:
    for directory in ("models/a", "models/b"):
        work.write(f"{directory}/sir.py", SIR)
        work.ok("register-model", f"{directory}/sir.py")
    assert {id: entry["path"] for id, entry in models(work).items()} == {
        "sir_starsimsir": "models/a/sir.py",
        "models.b.sir_starsimsir": "models/b/sir.py",
    }
    before = work.read(REGISTRY)
    work.ok("register-model", "models/b/sir.py")
    assert work.read(REGISTRY) == before


def test_a_directory_stands_for_its_files_at_any_time(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--data", "data/")
    assert models(work)["seir_seir"]["data"] == sorted(path for path in FILES if path.startswith("data/"))
    work.write("data/new.csv", "1\n")
    assert "~ seir_seir" in work.ok("refresh")
    assert "data/new.csv" in models(work)["seir_seir"]["data"]
    assert "data/new.csv" in tracked(work)


def test_of_a_package_in_src_only_what_is_imported_or_all_of_it_counts(work: Workspace) -> None:
    work.write("src/pkg/__init__.py", "")
    work.write("src/pkg/used.py", "x = 1\n")
    work.write("src/pkg/other.py", "import json\n")
    work.write("src/pkg/table.csv", "a\n")
    work.write("src/study/__init__.py", "")
    work.write("src/study/model.py", "from pkg.used import x\nimport starsim\nclass M(starsim.Sim):\n    pass\n")
    work.ok("register-model", "src/study/model.py")
    entry = models(work)["model_m"]
    assert entry["entrypoint"] == "study.model:M"
    assert entry["code"] == ["src/pkg/__init__.py", "src/pkg/used.py", "src/study/__init__.py"]
    work.ok("register-model", "src/study/model.py", "--code-mode", "package")
    assert models(work)["model_m"]["code"] == [
        "src/pkg/__init__.py",
        "src/pkg/other.py",
        "src/pkg/table.csv",
        "src/pkg/used.py",
        "src/study/__init__.py",
    ]
    work.ok("register-model", "src/study/model.py")
    assert models(work)["model_m"]["code_mode"] == "package"


def test_imports_are_not_followed_where_that_is_not_wanted(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--no-auto-code", "--code", "models/rates.py")
    assert models(work)["seir_seir"]["code"] == ["models/rates.py"]
    assert "models/__init__.py" in tracked(work)
    work.ok("register-model", "models/seir.py", "--auto-code")
    assert models(work)["seir_seir"]["code"] == ["models/__init__.py", "models/rates.py"]


@pytest.mark.parametrize(
    ("directory", "arguments"),
    [
        (".", ["register-model", "models/seir.py", "--data", "data/deep", "-e", "data/deep/x.*"]),
        ("models", ["register-model", "seir.py", "--data", "../data/deep", "-e", "../data/deep/x.*"]),
        ("data", ["register-model", "../models/seir.py", "--data", "deep", "-e", "deep/x.*"]),
        (
            "data",
            ["-C", "../models", "register-model", "seir.py", "--data", "../data/deep", "-e", "../data/deep/x.*"],
        ),
    ],
)
def test_names_count_from_the_current_directory(
    work: Workspace, tmp_path: Path, directory: str, arguments: list[str]
) -> None:
    Workspace(work.root / directory).ok(*arguments)
    entry = models(work)["seir_seir"]
    assert (entry["path"], entry["data"]) == ("models/seir.py", ["data/deep/contacts.csv"])
    assert (entry["declared_data"], entry["exclude"]) == (["data/deep"], ["data/deep/x.*"])
    assert entry["entrypoint"] == "models.seir:Seir"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["models/sier.py"], 1, "'models/seir.py'"),
        (["seir.py"], 1, "no such file: 'seir.py'\nhint: did you mean 'models/seir.py'"),
        (["models"], 1, "no such file: 'models'"),
        (["models/seir.py", "--class", "Sier"], 1, "'Seir'"),
        (["models/seir.py", "--data", "data/peple.csv"], 1, "did you mean 'data/people.csv'"),
        (["models/seir.py", "--code", "models/rate.py"], 1, "did you mean 'models/rates.py'"),
        (["models/rates.py"], 1, "no model in 'models/rates.py'"),
        (["models/seir.py", "-e", "*"], 1, "excluded"),
        (["README.md"], 2, "not a Python file"),
        (["root.py"], 2, "not in a package: 'root.py'"),
        (["src/root.py"], 2, "not in a package: 'src/root.py'"),
        (["my-models/seir.py"], 2, "Python cannot import"),
        (["models/wrong.py"], 2, "cannot be parsed: 'models/wrong.py:2'"),
        (["models/sir.py", "-c", "Plain", "-c", "StarsimSIR", "--id", "x"], 2, "--id is for one model"),
        (["models/sir.py", "--id", "x\ny"], 2, "not an id: 'x\\ny'"),
        (["models/sir.py", "--id", "\x1b[2J"], 2, "not an id"),
        (["models/sir.py", "--id", ""], 2, "not an id: ''"),
        (["--regen-all", "--id", ""], 2, "without a FILE"),
        (["../outside.py"], 2, "outside the project"),
        ([""], 2, "FILE"),
        (["--regen-all", "--data", "data"], 2, "without a FILE"),
    ],
)
def test_what_cannot_be_registered_is_refused_and_changes_nothing(
    work: Workspace, arguments: list[str], code: int, said: str
) -> None:
    for path in ("root.py", "src/root.py", "my-models/seir.py"):
        work.write(path, "import starsim\nclass Seir(starsim.Sim): pass\n")
    work.write("models/wrong.py", "x = 1\nclass\n")
    work.ok("add", ".")
    before = work.everything()
    assert said in work.refused(code, "register-model", *arguments)
    assert work.everything() == before


def test_a_directory_without_a_file_that_counts_is_no_dependency(work: Workspace) -> None:
    work.write("data/raw/.modelopsignore", "*\n")
    work.write("data/raw/x.csv", "1\n")
    said = work.refused(1, "register-model", "models/seir.py", "--data", "data/raw")
    assert "no file to depend on in 'data/raw'" in said
    assert "check-ignore" in said


def test_an_ignored_file_that_is_needed_is_tracked_and_told(work: Workspace) -> None:
    work.write(".modelopsignore", "rates.py\n*.csv\n")
    done = work.run("register-model", "models/seir.py", "--data", "data/people.csv")
    assert {"models/rates.py", "data/people.csv"} <= set(tracked(work))
    assert "tracked 'models/rates.py', which a rule ignores" in done.stderr
    assert "tracked 'data/people.csv', which a rule ignores" in done.stderr


def test_a_dry_run_tells_and_changes_nothing(work: Workspace) -> None:
    before = work.everything()
    done = work.run("register-model", "models/seir.py", "-n")
    assert "+ seir_seir" in done.text
    assert "would track 4 new files\ndry run: nothing was changed\n" in done.stderr
    assert work.everything() == before


def test_json_tells_all(work: Workspace) -> None:
    work.ok("register-model", "models/sir.py")
    value = json.loads(work.ok("register-model", "models/seir.py", "--json"))
    assert value["added"] == ["seir_seir"]
    assert (value["updated"], value["unchanged"], value["dry_run"]) == ([], [], False)
    assert value["tracked"] == ["models/rates.py", "models/seir.py"]


def test_an_id_is_chosen_and_never_taken_from_another(work: Workspace) -> None:
    work.ok("register-model", "models/sir.py", "--id", "mine")
    assert list(models(work)) == ["mine"]
    work.ok("register-model", "models/sir.py", "--data", "data/people.csv")
    assert models(work)["mine"]["data"] == ["data/people.csv"]
    said = work.refused(2, "register-model", "models/seir.py", "--class", "Seir", "--id", "mine")
    assert "id 'mine' is taken by 'models.sir:StarsimSIR'" in said


def test_classes_and_files_are_excluded(work: Workspace) -> None:
    work.ok(
        "register-model",
        "models/seir.py",
        "-c",
        "Seir",
        "-c",
        "Common",
        "-e",
        "Comm*",
        "-d",
        "data",
        "-e",
        "data/deep",
    )
    assert list(models(work)) == ["seir_seir"]
    assert "data/deep/contacts.csv" not in models(work)["seir_seir"]["data"]
    work.ok("register-model", "models/seir.py", "--class", "Seir", "-e", "data/people.csv")
    assert models(work)["seir_seir"]["data"] == ["data/cases.csv", "data/deaths.csv"]


def test_a_file_that_is_named_is_no_longer_excluded(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--data", "data/", "--exclude", "data/people.csv")
    before = json.loads(work.ok("list", "--json"))["models"][0]
    assert "data/people.csv" not in before["data"]
    work.ok("register-model", "models/seir.py", "--data", "data/people.csv")
    after = json.loads(work.ok("list", "--json"))["models"][0]
    assert "data/people.csv" in after["data"] and not after["exclude"]


def test_declared_data_that_is_gone_must_be_excluded_or_restored(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--class", "Seir", "--data", "data/people.csv")
    (work.root / "data/people.csv").unlink()
    said = work.refused(1, "register-model", "models/seir.py", "--class", "Seir")
    assert "'seir_seir' was registered with 'data/people.csv', which is gone" in said
    work.ok("register-model", "models/seir.py", "--class", "Seir", "--exclude", "data/people.csv")
    assert models(work)["seir_seir"]["data"] == []


def test_a_declared_directory_that_is_gone_is_left_out_as_the_hint_says(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--data", "data")
    shutil.rmtree(work.root / "data")
    said = work.refused(1, "register-model", "models/seir.py")
    assert "'seir_seir' was registered with 'data', which is gone" in said
    assert said.rstrip().endswith("add: --exclude data/")
    work.ok("register-model", "models/seir.py", "--exclude", "data/")
    assert work.run("check").code == 0


def test_a_dependency_that_cannot_be_parsed_is_told(work: Workspace) -> None:
    work.write("models/rates.py", "BETA = = 1\n")
    done = work.run("register-model", "models/seir.py")
    assert done.code == 0
    assert "warning: cannot be parsed: 'models/rates.py:1'" in done.stderr


def test_a_link_is_tracked_with_what_it_leads_to(work: Workspace) -> None:
    (work.root / "latest.csv").symlink_to("data/people.csv")
    work.ok("register-model", "models/seir.py", "--data", "latest.csv")
    assert {"latest.csv", "data/people.csv"} <= set(tracked(work))


def test_a_link_out_of_the_project_is_refused(work: Workspace, tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text("1\n")
    (work.root / "latest.csv").symlink_to("../outside.csv")
    before = work.everything()
    work.refused(2, "register-model", "models/seir.py", "--data", "latest.csv")
    assert work.everything() == before


def test_nothing_of_the_project_is_ever_run(work: Workspace) -> None:
    work.write(
        "models/trap.py", f"open({str(work.root / 'run')!r}, 'w')\nimport starsim\nclass T(starsim.Sim): pass\n"
    )
    work.ok("register-model", "models/trap.py")
    assert not (work.root / "run").exists()


def test_a_registry_of_the_earlier_tool_is_carried_on(work: Workspace) -> None:
    work.write(
        REGISTRY,
        "version: '1.0'\nmodels:\n  seir_seir:\n    entrypoint: models.seir:Seir\n    path: models/seir.py\n"
        "    class_name: Seir\n    data: [data/people.csv]\n    code: [models]\n    model_digest: null\n",
    )
    work.ok("register-model", "models/seir.py", "--class", "Seir")
    entry = models(work)["seir_seir"]
    assert entry["data"] == ["data/people.csv"]
    assert "models/sir.py" in entry["code"]
    assert entry["model_digest"].startswith("sha256:")
