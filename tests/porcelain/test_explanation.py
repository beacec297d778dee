"""An explanation in lines for people, and as JSON for scripts."""

import json
from dataclasses import replace
from typing import Any

import pytest

from modelops_bundle.changes.detail import Comparison, Detail, Effect, How
from modelops_bundle.digest import Digest
from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.explanation import Cause, Explanation
from modelops_bundle.models.old_content import OldContent
from modelops_bundle.models.readiness import Change, DependencyKind
from modelops_bundle.models.readiness import How as Changed
from modelops_bundle.porcelain._explanation import explanation_json, show_explanation
from modelops_bundle.source.facts import ImportStatement, SyntaxFault
from modelops_bundle.source.import_graph import Edge
from tests.modelops_bundle.models.registered import assessed, digest, edited, model, target

SEIR = model()
RATES = "models/__init__.py"
CONTENT = digest("old")
VERSION = Digest(digest("version"))
SHORT = CONTENT[:19]


def lines(capsys: pytest.CaptureFixture[str], found: Explanation, since: str = "") -> list[str]:
    capsys.readouterr()
    show_explanation(found, since)
    return capsys.readouterr().out.splitlines()


def about(capsys: pytest.CaptureFixture[str], cause: Cause) -> list[str]:
    """Return what is said of one cause."""
    stale = assessed(SEIR, Present(edited(SEIR, RATES)))
    return lines(capsys, Explanation(stale, (cause,)))[1:-1]


def cause(
    how: Changed, kind: DependencyKind = DependencyKind.DATA, path: str = "data/a.csv", **values: Any
) -> Cause:
    return Cause(Change(path, kind, how), **values)


def test_the_first_line_says_how_it_is_and_the_last_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    ready, stale = assessed(SEIR), assessed(SEIR, Present(edited(SEIR, RATES)))
    broken = assessed(SEIR, gone=["data/people.csv"], now=Present(edited(SEIR, RATES)))
    assert lines(capsys, Explanation(ready)) == ["model seir (models.seir:Seir) is ready: no change in 3 files"]
    assert lines(capsys, Explanation(stale)) == [
        "model seir (models.seir:Seir) is stale: 1 of 3 files changed since it was registered",
        "Next: modelops-bundle refresh seir",
    ]
    assert lines(capsys, Explanation(broken)) == [
        "model seir (models.seir:Seir) is broken: 2 of 3 files changed since it was registered",
        "Next: modelops-bundle status seir",
    ]
    assert lines(capsys, Explanation(assessed(target())))[0].startswith("target fit (targets.fit:fit) is ready")


def test_a_version_is_named_and_nothing_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    stale = assessed(SEIR, Present(edited(SEIR, RATES)))
    assert lines(capsys, Explanation(stale), "v1") == [
        "model seir (models.seir:Seir) is not as in 'v1': 1 of 3 files changed"
    ]
    cosmetic = assessed(SEIR, Present(edited(SEIR, RATES, meaning=False)))
    assert lines(capsys, Explanation(cosmetic), "v1") == [
        "model seir (models.seir:Seir) is as in 'v1': only comments or formatting changed"
    ]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            cause(Changed.ADDED, declared="data", new=CONTENT, new_size=2048),
            "+ data/a.csv (data): new in data/, 2.0 KB",
        ),
        (cause(Changed.ADDED, declared="data/a.csv"), "+ data/a.csv (data): new"),
        (cause(Changed.ADDED, declared="."), "+ data/a.csv (data): new"),
        (cause(Changed.REMOVED, new=CONTENT), "- data/a.csv (data): not declared any more"),
        (cause(Changed.REMOVED), "- data/a.csv (data): deleted"),
        (
            cause(Changed.REMOVED, DependencyKind.CODE, "m.py", new=CONTENT),
            "- m.py (code): not imported any more",
        ),
        (
            cause(Changed.MISSING, declared="data", old=OldContent(CONTENT, 14)),
            "! data/a.csv (data): missing in data/, was 14 B",
        ),
        (cause(Changed.MISSING, old=OldContent(CONTENT)), "! data/a.csv (data): missing"),
        (
            cause(Changed.SPECIAL, special="a named pipe"),
            "! data/a.csv (data): a named pipe, which no bundle can hold",
        ),
        (cause(Changed.MODIFIED), "~ data/a.csv (data): modified"),
        (cause(Changed.COSMETIC, DependencyKind.CODE, "m.py"), "= m.py (code): only comments or formatting"),
        (
            cause(Changed.MODIFIED, DependencyKind.REGISTRY, "registry.yaml"),
            "~ registry.yaml (registry): the digest of this entry was edited; no file explains it",
        ),
        (cause(Changed.MODIFIED, path="a\x1b[2J.csv"), "~ a\\x1b[2J.csv (data): modified"),
    ],
)
def test_each_dependency_has_a_line(capsys: pytest.CaptureFixture[str], told: Cause, said: str) -> None:
    assert about(capsys, told) == [said]


def test_what_differs_inside_stands_below_with_the_way_by_which_it_matters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    detail = Detail("constant", How.CHANGED, "BETA", "0.3", "0.4", line=3)
    comparison = Comparison(
        "Python", (detail,), {("constant", How.CHANGED): 12}, {("constant", How.CHANGED): 11}, note="coarse"
    )
    chain = (Edge("a.py", "b.ipynb", 2), Edge("b.ipynb", "m.py", 4, cell=3), Edge("m.py", "m/__init__.py"))
    told = cause(Changed.MODIFIED, DependencyKind.CODE, "m.py", comparison=comparison, chain=chain)
    assert about(capsys, told) == [
        "~ m.py (code): 12 constants changed",
        "    imported by a.py:2 -> b.ipynb cell 3:4 -> m.py",
        "    ~ constant BETA, line 3: 0.3 -> 0.4",
        "    … and 11 constants more changed",
        "    coarse",
    ]


def test_docstrings_are_said_to_be_all_that_changed(capsys: pytest.CaptureFixture[str]) -> None:
    detail = Detail("docstring", How.CHANGED, "f", line=1)
    comparison = Comparison(
        "Python", (detail,), {("docstring", How.CHANGED): 1}, effect=Effect.DOCSTRINGS, note="only docstrings"
    )
    told = cause(Changed.MODIFIED, DependencyKind.CODE, "m.py", comparison=comparison)
    assert about(capsys, told)[0] == "~ m.py (code): only 1 docstring changed"
    assert not any("only docstrings" in line for line in about(capsys, told))


def test_binary_content_is_told_by_digest_and_size(capsys: pytest.CaptureFixture[str]) -> None:
    comparison = Comparison("binary", note="1 of 4 bytes")
    told = cause(
        Changed.MODIFIED, old=OldContent(CONTENT, 4), new=digest("new"), new_size=5, comparison=comparison
    )
    assert about(capsys, told)[-1] == f"    {SHORT}, 4 B -> {digest('new')[:19]}, 5 B"


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (VERSION, f"modelops-bundle fetch-blob --manifest {VERSION} brings it"),
        (None, "no version that is known here has it, and large files are not stored before they are pushed"),
    ],
)
def test_old_content_that_is_elsewhere_is_told_with_how_to_get_it(
    capsys: pytest.CaptureFixture[str], version: Digest | None, said: str
) -> None:
    told = cause(Changed.MODIFIED, old=OldContent(CONTENT, 4, version=version), new=digest("new"), new_size=5)
    assert about(capsys, told) == [
        "~ data/a.csv (data): modified",
        f"    its old content is not here: {SHORT}, 4 B",
        f"    {said}",
        f"    now {digest('new')[:19]}, 5 B",
    ]


def test_trouble_comes_last(capsys: pytest.CaptureFixture[str]) -> None:
    faults = (
        ("m/a.py", SyntaxFault("never closed", 3)),
        ("m/b.py", SyntaxFault("nested too deeply", beyond_limits=True)),
    )
    each = assessed(SEIR, Present(SEIR, class_found=False, faults=faults))
    lost = ImportStatement("util", 2, level=1, names=("f", "g"))
    each = replace(each, unresolved=(("n.ipynb", replace(lost, cell=4)), ("m/a.py", ImportStatement("lib", 1))))
    interface = (Detail("output", How.REMOVED, "deaths"),)
    assert lines(capsys, Explanation(each, interface=interface))[1:-1] == [
        "Its description changed:",
        "    - output deaths",
        "! 'Seir' is not in models/seir.py any more",
        "! m/a.py:3 cannot be parsed: never closed",
        "! m/b.py is not analysed: nested too deeply",
        "! n.ipynb cell 4:2 imports '.util' (f, g), not there",
        "! m/a.py:1 imports 'lib', not there",
    ]


def test_scripts_get_all_of_it() -> None:
    comparison = Comparison("text", (Detail("line", How.ADDED, new="x", line=2),), {("line", How.ADDED): 1})
    told = cause(
        Changed.MODIFIED,
        old=OldContent(CONTENT, 4, version=VERSION),
        new=digest("new"),
        new_size=5,
        comparison=comparison,
        chain=(Edge("a.py", "b.py", 2),),
        declared="data",
    )
    stale = assessed(SEIR, Present(edited(SEIR, RATES)))
    value = json.loads(json.dumps(explanation_json(Explanation(stale, (told, cause(Changed.MISSING))))))
    assert (value["id"], value["kind"], value["condition"], value["dependencies"]) == ("seir", "model", "stale", 3)
    first, second = value["causes"]
    assert (first["path"], first["kind"], first["how"]) == ("data/a.csv", "data", "modified")
    assert first["old"] == {"digest": CONTENT, "size": 4, "here": False, "version": VERSION}
    assert first["new"] == {"digest": digest("new"), "size": 5}
    assert first["chain"] == [{"importer": "a.py", "line": 2, "cell": 0, "imported": "b.py"}]
    assert first["comparison"]["counts"] == [{"kind": "line", "how": "added", "count": 1}]
    assert first["comparison"]["details"][0]["new"] == "x"
    assert (second["old"], second["new"], second["comparison"], second["declared"]) == (None, None, None, None)
