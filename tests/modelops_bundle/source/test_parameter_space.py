"""Parameter spaces as source spells them."""

import ast

import pytest

from modelops_bundle.source.facts import Parameter, Space
from modelops_bundle.source.literals import Literals
from modelops_bundle.source.module_scope import ModuleScope
from modelops_bundle.source.parameter_space import MAX_PARAMETERS, ParameterSpaces

BETA = Parameter("beta", 0.1, 0.5, "float", "per day")
SPEC = "ParameterSpec('beta', 0.1, 0.5, 'float', 'per day')"


def spaces(source: str = "") -> ParameterSpaces:
    scope = ModuleScope(ast.parse(source).body)
    return ParameterSpaces(scope, Literals(scope))


def read(expression: str, source: str = "") -> Space:
    return spaces(source).read(ast.parse(expression, mode="eval").body)


@pytest.mark.parametrize(
    "expression",
    [
        f"ParameterSpace(({SPEC},))",
        f"ParameterSpace([{SPEC}])",
        f"ParameterSpace(specs=({SPEC},))",
        f"cb.ParameterSpace((cb.{SPEC},))",
        f"({SPEC},)",
        f"[{SPEC}]",
        SPEC,
        f"ParameterSpace(tuple([{SPEC}]))",
        f"ParameterSpace(list(({SPEC},)))",
        f"ParameterSpace((*[{SPEC}],))",
        f"ParameterSpace([{SPEC}] + [])",
        "ParameterSpace((ParameterSpec(name='beta', lower=0.1, upper=0.5, kind='float', doc='per day'),))",
        "ParameterSpace((ParameterSpec('beta', 0.1, upper=0.5, doc='per ' 'day'),))",
        "ParameterSpace((ParameterSpec('beta', min=0.1, max=0.5, doc='per day'),))",
        "ParameterSpace((ParameterSpec('beta', LOW, LOW * 5, doc=f'per {DAY}'),))",
        "ParameterSpace((Spec('beta', 0.1, 0.5, doc='per day'),))",
        "Space((ParameterSpec('beta', 0.1, 0.5, doc='per day'),))",
        "ParameterSpace((ONE,))",
        "ParameterSpace(SPECS)",
        "ParameterSpace((*SPECS,))",
        "ParameterSpace(SPACE.specs)",
        "SPACE",
        "RENAMED",
    ],
)
def test_a_space_is_read_however_it_is_put_together(expression: str) -> None:
    source = f"""
from modelops_calabaria import ParameterSpec as Spec, ParameterSpace as Space
LOW, DAY = 0.1, "day"
ONE = {SPEC}
SPECS = (ONE,)
SPACE = Space(SPECS)
RENAMED = SPACE
"""
    assert read(expression, source) == (BETA,)


def test_parameters_keep_their_order() -> None:
    expression = "ParameterSpace((ParameterSpec('a', 0, 1), *REST, ParameterSpec('d', 0, 1)))"
    found = read(expression, "REST = [ParameterSpec('b', 0, 1)] + [ParameterSpec('c', 0, 1)]")
    assert [each.name for each in found if isinstance(each, Parameter)] == ["a", "b", "c", "d"]


def test_what_is_not_said_is_as_the_platform_has_it() -> None:
    assert read("ParameterSpec('n', 0, 10)") == (Parameter("n", 0, 10, "float", ""),)


def test_bounds_that_only_running_the_source_tells_are_none() -> None:
    assert read("ParameterSpec('n', -f(), np.inf)") == (Parameter("n", None, None, "float"),)
    assert read("ParameterSpec('n', -1, 10 ** 6)") == (Parameter("n", -1, 1_000_000, "float"),)


def test_names_and_kinds_that_are_no_literals() -> None:
    assert read("ParameterSpec(names[0], 0, 1, kind_of(0))") == (Parameter("names[0]", 0, 1, ""),)
    assert read("ParameterSpec()") == (Parameter("", None, None, "float"),)


def test_what_another_file_may_know_is_named_as_it_is_written() -> None:
    expression = "ParameterSpace((*Base.PARAMS.specs, shared.BETA, ParameterSpec('n', 0, 1)))"
    assert read(expression) == ("Base.PARAMS", "shared.BETA", Parameter("n", 0, 1, "float"))


def test_what_is_made_at_run_time_is_left_out() -> None:
    assert read("ParameterSpace(tuple(ParameterSpec(n, 0, 1) for n in names))") == ()
    assert read("make_space()") == read("{'a': 1}") == read("3") == ()
    assert read(f"ParameterSpace(({SPEC}, make()))") == (BETA,)


def test_module_level_spaces_are_known_by_name() -> None:
    source = f"""
from elsewhere import SHARED
BETA = {SPEC}
SPACE = ParameterSpace((BETA, *SHARED))
ALSO = [BETA]
EMPTY = ParameterSpace(())
NUMBERS = (1, 2)
NAMES = [SHARED, OTHER]
DAYS = 365 + MORE
"""
    assert spaces(source).by_name == {"BETA": (BETA,), "SPACE": (BETA, "SHARED"), "ALSO": (BETA,)}


def test_spaces_of_the_class_come_before_those_of_the_module() -> None:
    value = ast.parse("ParameterSpace(SPECS)", mode="eval").body
    assert spaces(f"SPECS = [{SPEC}]").read(value, {"SPECS": ()}) == ()


def test_spaces_that_double_each_other_are_cut() -> None:
    source = f"S0 = ({SPEC},)\n" + "".join(f"S{n} = S{n - 1} + S{n - 1}\n" for n in range(1, 40))
    assert len(read("S39", source)) == MAX_PARAMETERS
