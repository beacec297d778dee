"""Decorators, under whatever names they are used."""

import ast

import pytest

from modelops_bundle.source.blocks import Function
from modelops_bundle.source.decorators import OUTPUT, Decorator, decorators_of, registered_name
from modelops_bundle.source.literals import Literals
from modelops_bundle.source.module_scope import ModuleScope

IMPORTS = """
import modelops_calabaria as cb
from modelops_calabaria import model_output, model_output as output
from .compat import exposed
alias = cb.model_output
NAME = "incidence"
"""


def decorated(line: str) -> tuple[Function, list[Decorator], ModuleScope]:
    module = ast.parse(f"{IMPORTS}\n{line}\ndef method(self, raw, seed): ...")
    scope = ModuleScope(module.body)
    function = module.body[-1]
    assert isinstance(function, ast.FunctionDef)
    return function, list(decorators_of(function, scope)), scope


@pytest.mark.parametrize(
    "line",
    [
        *("@model_output", "@model_output('x')", "@cb.model_output('x')", "@output('x')", "@alias('x')"),
        *("@cb.decorators.model_output", "@unknown.model_output(name='x')"),
    ],
)
def test_a_decorator_is_known_under_any_name(line: str) -> None:
    (decorator,) = decorated(line)[1]
    assert decorator.kind == OUTPUT


@pytest.mark.parametrize(
    "line", ["@model_outputs('x')", "@my_model_output", "@model_output.setter", "@exposed('x')"]
)
def test_others_are_not(line: str) -> None:
    (decorator,) = decorated(line)[1]
    assert decorator.kind != OUTPUT


def test_a_decorator_of_another_file_says_where_it_is_from() -> None:
    (decorator,) = decorated("@exposed('x')")[1]
    assert (decorator.name, decorator.imported) == (".compat.exposed", True)
    (builtin,) = decorated("@property")[1]
    assert (builtin.name, builtin.imported) == ("property", False)


def test_all_decorators_of_a_function_are_seen_but_those_without_a_name() -> None:
    found = decorated("@first\n@(lambda f: f)\n@second(1)(2)\n@third()")[1]
    assert [each.name for each in found] == ["first", "third"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        *(("@model_output", "method"), ("@model_output()", "method"), ("@model_output('incidence')", "incidence")),
        *(("@model_output(name='incidence')", "incidence"), ("@model_output(output='incidence')", "incidence")),
        ("@model_output('incidence', metadata={'unit': 'people'})", "incidence"),
        *(("@model_output(NAME)", "incidence"), ("@model_output(f'{NAME}_weekly')", "incidence_weekly")),
        *(("@model_output(NAMES[0])", "NAMES[0]"), ("@model_output(metadata={})", "method")),
    ],
)
def test_the_name_is_the_first_argument_or_that_of_the_method(line: str, name: str) -> None:
    function, (decorator,), scope = decorated(line)
    assert registered_name(decorator, function, Literals(scope)) == name
