"""An entry point is spelled as the platform imports it, and leads to what is registered."""

from dataclasses import replace

import pytest

from modelops_bundle.models.dependencies import Present
from modelops_bundle.source.facts import ImportStatement, SyntaxFault
from tests.modelops_bundle.models.found import about, findings, only
from tests.modelops_bundle.models.registered import assessed, model, overview, target

SEIR = model()
FIT = target()


@pytest.mark.parametrize(
    ("entrypoint", "category"),
    [
        ("models.seir", "invalid-entrypoint"),
        ("models.seir:Other", "invalid-entrypoint"),
        ("models.other:Seir", "invalid-entrypoint"),
        ("models/seir.py:Seir", "invalid-entrypoint"),
        ("models..seir:Seir", "invalid-entrypoint"),
        ("seir:Seir", "invalid-module-path"),
    ],
)
def test_a_bad_entry_point(entrypoint: str, category: str) -> None:
    entry = replace(SEIR, entrypoint=entrypoint)
    told = only(overview(assessed(entry)))
    assert about(told) == ("error", category, "seir")
    assert entrypoint in told.message
    assert "modelops-bundle register-model models/seir.py" in told.suggestion


@pytest.mark.parametrize("entrypoint", ["lib.seir:Seir", "src.lib.seir:Seir"])
def test_an_entry_point_may_leave_out_a_root_of_code(entrypoint: str) -> None:
    entry = model(path="src/lib/seir.py", code=["src/lib/__init__.py", "src/__init__.py"])
    assert findings(overview(assessed(replace(entry, entrypoint=entrypoint)))) == []


def test_a_class_that_is_gone() -> None:
    told = only(overview(assessed(SEIR, Present(SEIR, class_found=False))))
    assert about(told) == ("error", "missing-entrypoint-symbol", "seir")
    assert "no class 'Seir' in 'models/seir.py'" in told.message
    told = only(overview(assessed(SEIR), assessed(FIT, Present(FIT, class_found=False))))
    assert "no function 'fit'" in told.message


def test_a_syntax_error_names_its_line_and_hides_that_the_class_is_gone() -> None:
    fault = ("models/seir.py", SyntaxFault("'(' was never closed", 12))
    told = only(overview(assessed(SEIR, Present(SEIR, class_found=False, faults=(fault,)))))
    assert (*about(told), told.place) == ("error", "syntax-error", "seir", "models/seir.py:12")
    assert told.message == "'(' was never closed"


def test_a_source_beyond_our_limits_is_a_warning() -> None:
    fault = ("models/rates.py", SyntaxFault("nested too deeply", beyond_limits=True))
    told = only(overview(assessed(SEIR, Present(SEIR, faults=(fault,)))))
    assert (*about(told), told.place) == ("warning", "not-analysed", "seir", "models/rates.py")
    assert "nested too deeply" in told.message


def test_an_import_of_what_is_not_there_is_a_warning() -> None:
    lost = ("models/seir.py", ImportStatement("util", 3, level=1, names=("rate",)))
    told = only(overview(replace(assessed(SEIR), unresolved=(lost,))))
    assert (*about(told), told.place) == ("warning", "unresolved-import", "seir", "models/seir.py:3")
    assert "'.util: rate'" in told.message
