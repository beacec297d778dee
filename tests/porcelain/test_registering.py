"""What a change of the registry is told like, whichever command made it."""

import json

import pytest

from modelops_bundle.models.entries import ModelEntry, ModelRegistry
from modelops_bundle.models.registering.recording import Recorded
from modelops_bundle.models.registering.registration import How, Registered
from modelops_bundle.plumbing._session import Session
from modelops_bundle.porcelain._registering import dependencies, show_change
from modelops_bundle.source.facts import SyntaxFault

SEIR = ModelEntry("seir", "m/seir.py", "Seir", "m.seir:Seir", code=("m/a.py",), data=("d.csv",))
REGISTRY = ModelRegistry({"seir": SEIR})
DONE = Recorded((), (), True)


def told(
    capsys: pytest.CaptureFixture[str], change: Registered, recorded: Recorded = DONE, dry_run: bool = False
) -> tuple[list[str], list[str]]:
    show_change(Session(), change, recorded, dry_run, as_json=False)
    out, err = capsys.readouterr()
    return out.splitlines(), err.splitlines()


def test_each_entry_that_is_another_now_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    became = {"seir": How.ADDED, "old": How.REMOVED, "same": How.UNCHANGED}
    out, err = told(capsys, Registered(REGISTRY, became))
    assert out == ["+ seir  m.seir:Seir  3 files", "- old"]
    assert err == []
    assert told(capsys, Registered(REGISTRY, {"seir": How.UPDATED}))[0] == ["~ seir  m.seir:Seir  3 files"]


def test_an_entry_depends_on_itself_too() -> None:
    assert dependencies(SEIR) == "3 files"
    assert dependencies(ModelEntry("x", "x.py", "X", "x:X")) == "1 file"


def test_everything_else_is_told_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    change = Registered(
        REGISTRY,
        {"seir": How.ADDED},
        gone={"lost": "has no file any more"},
        others=("m.seir:Other",),
        faults={"m/a.py": SyntaxFault("invalid syntax", 3)},
        unread={"fit": ("weight", "data")},
    )
    out, err = told(capsys, change, Recorded(("m/a.py", "d.csv"), ("d.csv",), True))
    assert len(out) == 1
    assert err == [
        "warning: cannot be parsed: 'm/a.py:3': invalid syntax; its bytes count",
        "warning: only running 'fit' tells weight, data: it is left out",
        "warning: 'lost' has no file any more; it stays as it was",
        "not registered: 'm.seir:Other'",
        "tracked 'd.csv', which a rule ignores: it is needed",
        "tracked 2 new files",
    ]


@pytest.mark.parametrize(
    ("how", "recorded", "dry_run", "said"),
    [
        (How.UNCHANGED, Recorded((), (), False), False, ["nothing changed"]),
        (How.UNCHANGED, Recorded((), (), False), True, ["nothing changed"]),
        (How.ADDED, DONE, True, ["dry run: nothing was changed"]),
        (
            How.ADDED,
            Recorded(("d.csv",), ("d.csv",), True),
            True,
            [
                "would track 'd.csv', which a rule ignores: it is needed",
                "would track 1 new file",
                "dry run: nothing was changed",
            ],
        ),
        (
            How.UNCHANGED,
            DONE,
            False,
            ["no entry changed; registry.yaml is now as this program writes it, without comments"],
        ),
    ],
)
def test_how_it_ended_is_told(
    capsys: pytest.CaptureFixture[str], how: How, recorded: Recorded, dry_run: bool, said: list[str]
) -> None:
    assert told(capsys, Registered(REGISTRY, {"seir": how}), recorded, dry_run)[1] == said


def test_scripts_get_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    change = Registered(
        REGISTRY, {"seir": How.ADDED, "b": How.ADDED}, faults={"m/a.py": SyntaxFault("bad", 3)}
    )
    show_change(Session(verbosity=-1), change, Recorded(("m/a.py",), (), True), dry_run=True, as_json=True)
    value = json.loads(capsys.readouterr().out)
    assert (value["added"], value["updated"], value["removed"], value["unchanged"]) == (["seir", "b"], [], [], [])
    assert (value["tracked"], value["ignored"], value["dry_run"]) == (["m/a.py"], [], True)
    assert value["faults"] == {"m/a.py": {"line": 3, "message": "bad"}}


def test_a_name_does_no_harm_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, Registered(REGISTRY, {"a\x1b[31m": How.REMOVED}))[0][0].isprintable()
