"""why names what changed in each dependency, with old and new values, and the imports that make it matter.

`golden/why.*.txt` are what it prints for one kind of change each; `WRITE_GOLDEN=1` writes them anew.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelops_bundle.digest import digest_of
from tests.support.model_projects import write_readme_project
from tests.support.workspace import Workspace

GOLDEN = Path(__file__).parent / "golden"
MODEL, TARGET = "network_model_networkseir", "incidence_per_replicate_target"
NETWORK, CONTACTS, RATES = "models/network_model.py", "models/contacts.py", "models/rates.py"


def notebook(*cells: str, output: str = "") -> str:
    code = [{"cell_type": "code", "source": cell, "outputs": [output], "metadata": {}} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": code, "metadata": {}})


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    """A checkout with a registered model that has code, a notebook and data of all kinds, and with targets."""
    work = Workspace(tmp_path / "work")
    write_readme_project(work.root)
    work.write("analysis/explore.ipynb", notebook("import csv", "days = 60\nshown = 5", "print(days)"))
    work.write("data/settings.yaml", "sir:\n  beta: 0.3\n  ages: [0, 15, 65]\n")
    work.write("data/runs.json", '{"runs": [{"seed": 1}, {"seed": 2}]}\n')
    work.write("data/solver.toml", "[solver]\nsteps = 10\n")
    work.write("data/notes.txt", "one\ntwo\nthree\n")
    work.write("data/weights.bin", b"\x00\x01\x02\x03")
    work.write(".modelopsignore", "*.tmp\n")
    work.ok("init", "--remote", f"oci:{tmp_path / 'remote'}")
    work.ok("register-model", NETWORK, "--data", "data", "--code", "analysis")
    work.ok("register-target", "targets/incidence.py")
    return work


def edit(path: str, *replacements: tuple[str, str]) -> Callable[[Workspace], object]:
    """Return an edit that replaces parts of a file, each of which must be there."""

    def change(work: Workspace) -> None:
        text = work.read(path)
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        work.write(path, text)

    return change


def write(path: str, content: str | bytes) -> Callable[[Workspace], object]:
    return lambda work: work.write(path, content)


def delete(path: str) -> Callable[[Workspace], object]:
    return lambda work: (work.root / path).unlink()


EDITS: dict[str, Callable[[Workspace], object]] = {
    "ready": lambda work: None,
    "function-far-away": edit(RATES, ("weekly / 7", "weekly / 7.5")),
    "constant": edit(RATES, ("DAYS = 60", "DAYS = 90")),
    "default-value": edit(RATES, ("def daily_rate(weekly):", "def daily_rate(weekly, days=7):")),
    "method": edit(NETWORK, ("return raw.to_df()", "frame = raw.to_df()\n        return frame.drop_nulls()")),
    "class": edit(NETWORK, ("class NetworkSEIR(BaseModel):", "class NetworkSEIR(Logged, BaseModel):")),
    "decorator": edit(NETWORK, ('@model_output("incidence")', '@model_output("cases")')),
    "parameter-space": edit(NETWORK, ('ParameterSpec("beta", 0.05, 0.5)', 'ParameterSpec("beta", 0.05, 0.9)')),
    "import": edit(CONTACTS, ("from . import rates", "from . import seir, rates")),
    "docstring": edit(CONTACTS, ("Return daily contacts", "Return the daily contacts")),
    "formatting": edit(CONTACTS, ("from . import rates", "from . import rates  # per day")),
    "moved": edit(RATES, ("DAYS = 60\n", ""), ("weekly / 7\n", "weekly / 7\n\n\nDAYS = 60\n")),
    "renamed": edit(RATES, ("def daily_rate", "def rate_per_day")),
    "syntax-error": edit(RATES, ("weekly / 7", "(weekly / 7")),
    "class-gone": edit(NETWORK, ("class NetworkSEIR", "class HouseholdSEIR")),
    "missing-module": delete(CONTACTS),
    "missing-data": delete("data/notes.txt"),
    "new-file": write("data/deaths.csv", "day,deaths\n1,0\n"),
    "notebook-cell": write(
        "analysis/explore.ipynb", notebook("import csv", "days = 90\nshown = 5", "print(days)", "days += 1")
    ),
    "notebook-output": write(
        "analysis/explore.ipynb", notebook("import csv", "days = 60\nshown = 5", "print(days)", output="60")
    ),
    "csv-cells-and-rows": edit("data/demographics.csv", ("1240", "1250"), ("65+,450\n", "65+,450\n85+,40\n")),
    "csv-columns": write("data/demographics.csv", "age,women,people\n0-14,150,310\n15-64,620,1240\n65+,250,450\n"),
    "csv-quotes": edit("data/demographics.csv", ("1240", '"1240"')),
    "yaml": edit("data/settings.yaml", ("0.3", "0.35"), ("[0, 15, 65]", "[0, 5, 15, 65]")),
    "json": edit("data/runs.json", ('{"seed": 2}', '{"seed": 3, "days": 9}')),
    "toml": edit("data/solver.toml", ("steps = 10", "steps = 20")),
    "text": edit("data/notes.txt", ("two\n", "2\n2.5\n")),
    "binary": write("data/weights.bin", b"\x00\x01\x07\x03\x04"),
    "many-rows": write("data/demographics.csv", "age,people\n" + "".join(f"{age},9\n" for age in range(40))),
}


def check_golden(name: str, written: str) -> None:
    file = GOLDEN / f"why.{name}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        file.write_text(written, "utf-8")
    assert written == file.read_text("utf-8")


@pytest.mark.parametrize("name", EDITS)
def test_what_is_printed_for_each_kind_of_change(name: str, work: Workspace) -> None:
    EDITS[name](work)
    check_golden(name, work.ok("why", MODEL))


def test_the_output_is_bounded_however_much_changed(work: Workspace) -> None:
    work.write(RATES, "".join(f"def f{number}():\n    return {number}\n" for number in range(500)))
    work.write("data/runs.json", json.dumps({f"key{number}": "x" * 1000 for number in range(500)}))
    assert len(work.ok("why", MODEL)) < 10_000
    assert len(work.ok("why", MODEL, "--json")) < 30_000


def test_strict_counts_formatting(work: Workspace) -> None:
    EDITS["formatting"](work)
    check_golden("strict", work.ok("why", MODEL, "--strict"))


def test_a_target_with_its_observations(work: Workspace) -> None:
    edit("targets/incidence.py", ("weight=2.0", "weight=3.0"))(work)
    edit("data/observed_incidence.csv", ("2,7", "2,8"))(work)
    check_golden("target", work.ok("why", TARGET))


def test_a_model_is_found_by_its_class_too(work: Workspace) -> None:
    assert work.ok("why", "NetworkSEIR") == work.ok("why", MODEL)


def test_an_unknown_name_is_an_error_with_near_misses(work: Workspace) -> None:
    assert "did you mean 'NetworkSEIR'?" in work.refused(1, "why", "NetworkSIR")
    assert "modelops-bundle list" in work.refused(1, "why", "zzz")


@pytest.mark.parametrize(("name", "code"), [("ready", 0), ("formatting", 0), ("constant", 1), ("missing-data", 1)])
def test_the_exit_code_tells_when_asked(work: Workspace, name: str, code: int) -> None:
    EDITS[name](work)
    assert work.run("why", MODEL, "--exit-code").code == code
    assert work.run("why", MODEL).code == 0


def test_nothing_is_changed_and_nothing_of_the_project_is_imported(work: Workspace) -> None:
    work.write(RATES, "raise SystemExit('imported')\n")
    before = {path: held for path, held in work.everything().items() if "/cache/" not in path}
    work.ok("why", MODEL)
    assert {path: held for path, held in work.everything().items() if "/cache/" not in path} == before


def test_from_a_subdirectory(work: Workspace) -> None:
    EDITS["constant"](work)
    assert Workspace(work.root / "data").ok("why", MODEL) == work.ok("why", MODEL)


def causes(work: Workspace, *args: str) -> dict[str, Any]:
    """Return the causes of a model's state by path."""
    found = json.loads(work.ok("why", MODEL, "--json", *args))
    return {cause["path"]: cause for cause in found["causes"]}


def test_json_has_everything(work: Workspace) -> None:
    EDITS["constant"](work)
    value = json.loads(work.ok("why", MODEL, "--json"))
    about = [value[key] for key in ("since", "version", "strict", "id", "kind", "path", "condition")]
    assert about == [None, None, False, MODEL, "model", NETWORK, "stale"]
    (cause,) = value["causes"]
    old = (work.read(RATES).replace("90", "60")).encode()
    assert cause["old"] == {"digest": digest_of(old), "size": len(old), "here": True, "version": None}
    assert cause["new"]["digest"] == work.ok("hash-object", RATES).split()[0]
    assert [(edge["importer"], edge["line"]) for edge in cause["chain"]] == [(NETWORK, 9), (CONTACTS, 3)]
    detail = cause["comparison"]["details"][0]
    assert list(detail) == ["kind", "how", "name", "old", "new", "line", "old_line", "cell", "where", "count"]
    assert list(detail.values()) == ["constant", "changed", "DAYS", "60", "90", 3, 3, 0, "", 0]


def test_json_says_what_breaks_a_model(work: Workspace) -> None:
    EDITS["class-gone"](work)
    EDITS["syntax-error"](work)
    value = json.loads(work.ok("why", MODEL, "--json"))
    assert (value["condition"], value["found"]) == ("broken", False)
    fault = {"path": RATES, "message": "'(' was never closed", "line": 8, "beyond_limits": False}
    assert value["faults"] == [fault]


def test_a_module_of_the_project_that_is_imported_and_not_there(work: Workspace) -> None:
    edit(CONTACTS, ("from . import rates", "from . import rates\nfrom .nowhere import x"))(work)
    assert f"! {CONTACTS}:4 imports '.nowhere' (x), not there" in work.ok("why", MODEL)


def test_a_registry_that_was_edited(work: Workspace) -> None:
    path = ".modelops-bundle/registry.yaml"
    text = work.read(path)
    at = text.index("\n    digest: sha256:") + len("\n    digest: sha256:")
    work.write(path, text[:at] + "0" * 64 + text[at + 64 :])
    names = [name for name in (MODEL, TARGET) if "the digest of this entry was edited" in work.ok("why", name)]
    assert len(names) == 1


class TestSince:
    """What changed since a version, and not since the model was registered."""

    @pytest.fixture
    def pushed(self, work: Workspace) -> Workspace:
        """The checkout pushed as `v1`, changed, and registered anew."""
        work.ok("push", "--tag", "v1")
        EDITS["constant"](work)
        EDITS["csv-cells-and-rows"](work)
        EDITS["formatting"](work)
        work.write("data/deaths.csv", "day,deaths\n1,0\n")
        work.ok("refresh")
        return work

    def test_what_was_accepted_since_is_told_without_the_network(self, pushed: Workspace) -> None:
        (pushed.root.parent / "remote").rename(pushed.root.parent / "away")
        assert " is ready: " in pushed.ok("why", MODEL)
        check_golden("since", pushed.ok("why", MODEL, "--since", "v1"))

    def test_the_exit_code(self, pushed: Workspace) -> None:
        assert pushed.run("why", MODEL, "--since", "v1", "--exit-code").code == 1
        pushed.ok("push")
        assert pushed.run("why", MODEL, "--since", "latest", "--exit-code").code == 0
        assert "is as in 'latest': no change in 14 files" in pushed.ok("why", MODEL, "--since", "latest")

    def test_strict_counts_formatting(self, pushed: Workspace) -> None:
        assert causes(pushed, "--since", "v1")[CONTACTS]["how"] == "cosmetic"
        assert causes(pushed, "--since", "v1", "--strict")[CONTACTS]["how"] == "modified"

    def test_old_content_that_is_not_here_is_fetched(self, pushed: Workspace, tmp_path: Path) -> None:
        pushed.ok("push")
        clone = Workspace(tmp_path / "clone")
        pushed.ok("clone", f"oci:{tmp_path / 'remote'}", str(clone.root))
        assert clone.ok("why", MODEL, "--since", "v1") == pushed.ok("why", MODEL, "--since", "v1")

    def test_a_version_without_the_model(self, pushed: Workspace) -> None:
        pushed.ok("unregister", MODEL, TARGET, "incidence_replicate_mean_target")
        pushed.ok("push", "--tag", "without")
        pushed.ok("register-model", NETWORK, "--data", "data")
        EDITS["default-value"](pushed)
        assert list(causes(pushed, "--since", "without")) == [RATES]

    def test_a_file_that_was_given_up_since_breaks_nothing(self, work: Workspace) -> None:
        work.ok("push", "--tag", "v1")
        edit(
            NETWORK, ("from models import contacts\n", ""), ("contacts.normalised(list(csv.reader(file)))", "[]")
        )(work)
        (work.root / CONTACTS).unlink()
        (work.root / "data/notes.txt").unlink()
        work.ok("remove", CONTACTS, "data/notes.txt")
        work.ok("register-model", NETWORK)
        check_golden("given-up-since", work.ok("why", MODEL, "--since", "v1"))

    def test_a_version_without_its_file_is_an_error(self, work: Workspace) -> None:
        work.ok("push", "--tag", "v1")
        work.write("models/late.py", "class Late:\n    pass\n")
        work.ok("register-model", "models/late.py", "--class", "Late")
        assert "'models/late.py' is not in" in work.refused(1, "why", "Late", "--since", "v1")

    def test_a_version_without_a_registry(self, work: Workspace) -> None:
        work.ok("push", "--tag", "v1")
        (work.root / ".modelops-bundle/registry.yaml").rename(work.root / "kept")
        work.ok("push", "--tag", "bare")
        (work.root / "kept").rename(work.root / ".modelops-bundle/registry.yaml")
        EDITS["constant"](work)
        assert list(causes(work, "--since", "bare")) == [RATES]

    def test_an_unknown_version_is_an_error(self, work: Workspace) -> None:
        work.ok("push")
        assert "no tag 'nowhere'" in work.refused(1, "why", MODEL, "--since", "nowhere")


class TestOldContentThatIsNotHere:
    """Where old content lies, when it cannot be compared."""

    @pytest.fixture
    def lost(self, work: Workspace) -> Workspace:
        """The checkout pushed, with an edited file whose old content is not in the object store."""
        work.ok("push")
        digest = work.ok("hash-object", "data/notes.txt").split()[0].removeprefix("sha256:")
        (work.root / ".modelops-bundle/objects" / digest[:2] / digest[2:]).unlink()
        EDITS["text"](work)
        return work

    def test_digests_sizes_and_the_command_that_brings_it(self, lost: Workspace) -> None:
        text = lost.ok("why", MODEL)
        version = lost.ok("resolve-ref", "HEAD").strip()
        assert "~ data/notes.txt (data): modified\n    its old content is not here: sha256:" in text
        assert f"\n    modelops-bundle fetch-blob --manifest {version} brings it\n    now sha256:" in text
        assert causes(lost)["data/notes.txt"]["old"]["version"] == version

    def test_that_command_brings_it(self, lost: Workspace) -> None:
        lost.ok("fetch-blob", "--manifest", "HEAD")
        assert "~ line, line 2: two -> 2" in lost.ok("why", MODEL)

    def test_since_that_version_it_is_fetched(self, lost: Workspace) -> None:
        assert "~ line, line 2: two -> 2" in lost.ok("why", MODEL, "--since", "HEAD")

    def test_what_no_version_has_is_gone(self, work: Workspace) -> None:
        digest = work.ok("hash-object", "data/notes.txt").split()[0].removeprefix("sha256:")
        (work.root / ".modelops-bundle/objects" / digest[:2] / digest[2:]).unlink()
        EDITS["text"](work)
        assert "no version that is known here has it" in work.ok("why", MODEL)

    def test_a_large_file_is_not_stored(self, work: Workspace) -> None:
        large = work.root / "data/weights.bin"
        os.truncate(large, (50 << 20) + 1)
        work.ok("refresh")
        work.ok("push")
        os.truncate(large, (50 << 20) + 2)
        told = "(data): modified\n    its old content is not here: sha256:"
        assert told in work.ok("why", MODEL) and told in work.ok("why", MODEL, "--since", "HEAD")
        digest = work.ok("resolve-ref", "HEAD").strip()
        shutil.rmtree(work.root / ".modelops-bundle/refs")
        (work.root / ".modelops-bundle/HEAD").unlink()
        assert causes(work)["data/weights.bin"]["old"]["version"] is None
        assert causes(work, "--since", digest)["data/weights.bin"]["old"]["version"] == digest

    def test_damaged_content_is_an_error(self, work: Workspace) -> None:
        digest = work.ok("hash-object", "data/notes.txt").split()[0].removeprefix("sha256:")
        file = work.root / ".modelops-bundle/objects" / digest[:2] / digest[2:]
        file.chmod(0o644)
        file.write_bytes(b"damaged")
        EDITS["text"](work)
        assert "is damaged" in work.refused(5, "why", MODEL)


def test_a_file_behind_a_symlink_is_compared(work: Workspace) -> None:
    (work.root / "data/latest.csv").symlink_to("demographics.csv")
    work.ok("refresh")
    work.ok("push")
    EDITS["csv-cells-and-rows"](work)
    for args in ([], ["--since", "HEAD"]):
        found = causes(work, *args)
        assert sorted(found) == ["data/demographics.csv", "data/latest.csv"]
        assert all(cause["comparison"]["summary"] for cause in found.values())
