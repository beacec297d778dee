"""Calibration targets as source spells them."""

import ast

import pytest

from modelops_bundle.source.facts import TargetDefinition
from modelops_bundle.source.literals import Literals
from modelops_bundle.source.module_scope import ModuleScope
from modelops_bundle.source.target_definitions import targets_of


def targets(source: str) -> tuple[TargetDefinition, ...]:
    body = ast.parse(source).body
    scope = ModuleScope(body)
    return targets_of(body, scope, Literals(scope))


def target(arguments: str, before: str = "") -> TargetDefinition:
    (found,) = targets(f"{before}\n@calibration_target({arguments})\ndef fit(paths): ...")
    return found


def test_everything_that_a_target_says_is_read() -> None:
    source = """
import modelops_calabaria as cb

@cb.calibration_target(
    model_output="incidence",
    data={"cases": "data/cases.csv", "people": "data/people.csv"},
    name="weekly",
    weight=2,
    labels=["north", "2024"],
)
def fit_incidence(paths):
    return paths
"""
    assert targets(source) == (
        TargetDefinition(
            function="fit_incidence",
            line=11,
            name="weekly",
            model_output="incidence",
            data=("data/cases.csv", "data/people.csv"),
            weight=2.0,
            labels=("north", "2024"),
            decorator="modelops_calabaria.calibration_target",
        ),
    )


@pytest.mark.parametrize(
    "decorator",
    [
        *("@calibration_target", "@calibration_target()", "@cb.calibration_target()"),
        *("@target()", "@alias()", "@other\n@calibration_target()"),
    ],
)
@pytest.mark.parametrize("keyword", ["def", "async def"])
def test_a_target_is_found_by_its_decorator_under_any_name(decorator: str, keyword: str) -> None:
    imports = "import modelops_calabaria as cb\nfrom modelops_calabaria import calibration_target as target"
    source = f"{imports}\nalias = cb.calibration_target\n{decorator}\n{keyword} prevalence(paths): ..."
    (found,) = targets(source)
    assert (found.function, found.name, found.model_output) == ("prevalence",) * 3
    assert (found.data, found.weight, found.labels, found.unread) == ((), None, (), ())


@pytest.mark.parametrize(
    "source",
    [
        "def fit(paths): ...",
        "@calibration_targets()\ndef fit(paths): ...",
        "@cache(data=1)\ndef fit(paths): ...",
        "class C:\n    @calibration_target()\n    def fit(self): ...",
        "def make():\n    @calibration_target()\n    def fit(self): ...",
        "calibration_target()(fit)",
    ],
)
def test_other_functions_are_none(source: str) -> None:
    assert targets(source) == ()


def test_targets_in_conditions_are_found_and_of_one_name_the_last_counts() -> None:
    source = """
@calibration_target(name="first")
def fit(paths): ...
if x:
    @calibration_target(name="second")
    def fit(paths): ...
@calibration_target(name="gone")
def other(paths): ...
def other(paths): ...
"""
    assert [each.name for each in targets(source)] == ["second"]


def test_a_decorator_of_another_file_may_be_one() -> None:
    imports = "from .compat import fits, cached\n"
    (found,) = targets(f"{imports}@fits(data={{'x': 'data/x.csv'}})\ndef fit(paths): ...")
    assert (found.decorator, found.data) == (".compat.fits", ("data/x.csv",))
    assert targets(f"{imports}@cached(3)\ndef fit(paths): ...") == ()


@pytest.mark.parametrize(
    "data",
    [
        "{'a': 'x.csv', 'b': 'y.csv'}",
        "dict(a='x.csv', b='y.csv')",
        "['x.csv', 'y.csv', 'x.csv']",
        "{'a': ('x.csv',), 'b': {'c': 'y.csv'}}",
        "{**A, 'b': 'y.csv'}",
        "BOTH",
        "{'a': X, 'b': f'{Y}.csv'}",
        "{key(): 'x.csv', 'b': 'y.csv'}",
    ],
)
def test_observations_are_the_values_of_the_mapping(data: str) -> None:
    before = "X, Y = 'x.csv', 'y'\nA = {'a': 'x.csv'}\nBOTH = {**A, 'b': 'y.csv'}"
    assert target(f"data={data}", before).data == ("x.csv", "y.csv")


def test_one_path_may_stand_alone() -> None:
    assert target("data='x.csv'").data == target("data=X", "X = 'x.csv'").data == ("x.csv",)


def test_paths_are_put_together() -> None:
    before = "from pathlib import Path\nROOT = Path('data')"
    assert target("data={'a': ROOT / 'x.csv', 'b': str(ROOT / 'y.csv')}", before).data == (
        "data/x.csv",
        "data/y.csv",
    )


def test_arguments_may_be_positional() -> None:
    found = target("'incidence', {'a': 'x.csv'}")
    assert (found.model_output, found.data) == ("incidence", ("x.csv",))


def test_labels_of_a_mapping_keep_their_keys() -> None:
    assert target("labels={'region': 'north', 'year': '2024'}").labels == ("region=north", "year=2024")
    assert target("labels='north'").labels == ("north",)


def test_none_is_as_if_it_were_not_said() -> None:
    found = target("name=None, weight=None, labels=None, data=None, model_output=None")
    assert found == target("")


def test_what_only_running_the_source_tells_is_kept_as_source() -> None:
    found = target("model_output=NAMES[0], name=make(), data={'a': path_of(1), 'b': 'y.csv'}, weight=w(), **more")
    assert (found.name, found.model_output) == ("make()", "NAMES[0]")
    assert (found.data, found.weight) == (("y.csv",), None)
    assert set(found.unread) == {"**more", "name=make()", "model_output=NAMES[0]", "data=path_of(1)", "weight=w()"}


def test_a_constant_is_calculated() -> None:
    assert target("weight=BASE / 4", "BASE = 1").weight == 0.25


def test_mappings_that_hold_each_other_are_looked_into_once() -> None:
    doubling = "D0 = {'a': 'x.csv'}\n" + "".join(f"D{n} = {{**D{n - 1}, **D{n - 1}}}\n" for n in range(1, 40))
    assert target("data=D39", doubling).data == ("x.csv",)
    assert target("data=A", "A = {'a': B}\nB = {'b': A, 'c': 'x.csv'}").data == ("x.csv",)
