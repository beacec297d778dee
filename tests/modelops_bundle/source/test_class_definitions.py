"""Classes as source spells them."""

import ast

import pytest

from modelops_bundle.source.class_definitions import ClassReader, Place
from modelops_bundle.source.facts import ClassDefinition, Decorated, Parameter, Space
from modelops_bundle.source.literals import Literals
from modelops_bundle.source.module_scope import ModuleScope
from modelops_bundle.source.parameter_space import ParameterSpaces

BETA = Parameter("beta", 0.1, 0.5, "float")
SPEC = "ParameterSpec('beta', 0.1, 0.5)"


def read(source: str) -> tuple[list[ClassDefinition], dict[str, Space]]:
    body = ast.parse(source).body
    scope = ModuleScope(body)
    literals = Literals(scope)
    reader = ClassReader(scope, literals, ParameterSpaces(scope, literals))
    return list(reader.read(body, Place())), reader.mixed


def classes(source: str) -> list[ClassDefinition]:
    return read(source)[0]


def only(source: str) -> ClassDefinition:
    (found,) = classes(source)
    return found


def method(decorator: str, keyword: str = "def", name: str = "method") -> str:
    return f"class M:\n    @{decorator}\n    {keyword} {name}(self, raw, seed): ...\n"


def test_bases_are_names_as_written_without_subscripts() -> None:
    found = only("class M(BaseModel[int], cb.Mixin, Generic[K, V], make(), *more, metaclass=Meta): ...")
    assert found.bases == ("BaseModel", "cb.Mixin", "Generic")


def test_classes_are_found_wherever_they_stand_with_their_lines() -> None:
    source = """
class A:
    class Inner:
        class Deep: ...
if x:
    class B: ...
def make():
    class Local:
        class Inside: ...
async def later():
    for x in y:
        class Looped: ...
class C:
    def method(self):
        class InMethod: ...
"""
    assert {each.name: (each.line, each.importable) for each in classes(source)} == {
        "A": (2, True),
        "A.Inner": (3, True),
        "A.Inner.Deep": (4, True),
        "B": (6, True),
        "make.<locals>.Local": (8, False),
        "make.<locals>.Local.Inside": (9, False),
        "later.<locals>.Looped": (12, False),
        "C": (13, True),
        "C.method.<locals>.InMethod": (15, False),
    }
    lines = [each.line for each in classes(source)]
    assert lines == sorted(lines)


def test_a_base_beside_a_nested_class_is_the_one_in_the_class() -> None:
    source = "class Outer:\n    class A: ...\n    class B(A): ...\nclass C(A): ..."
    bases = {each.name: each.bases for each in classes(source)}
    assert bases == {"Outer": (), "Outer.A": (), "Outer.B": ("Outer.A",), "C": ("A",)}


def test_a_class_that_replaces_its_base_names_what_it_replaces() -> None:
    assert only("from .base import Sim\nclass Sim(Sim): ...").bases == (".base.Sim",)
    assert only("import base as Sim\nclass Sim(Sim.Sim): ...").bases == ("base.Sim",)


@pytest.mark.parametrize("keyword", ["def", "async def"])
@pytest.mark.parametrize(
    "decorator",
    ["model_output('incidence')", "cb.model_output(name='incidence')", "model_output(output='incidence')"],
)
def test_outputs_are_methods_with_the_decorator(decorator: str, keyword: str) -> None:
    assert only(method(decorator, keyword)).outputs == ("incidence",)


def test_a_bare_decorator_takes_the_name_of_the_method() -> None:
    assert only(method("model_output", name="deaths")).outputs == ("deaths",)
    assert only(method("model_scenario", name="lockdown")).scenarios == ("lockdown",)


def test_scenarios_are_no_outputs() -> None:
    found = only(method("model_scenario('lockdown')"))
    assert (found.scenarios, found.outputs) == (("lockdown",), ())


def test_a_decorator_of_another_file_is_kept_to_be_looked_up() -> None:
    source = method("exposed('incidence')")
    found = only(f"from .compat import exposed\n{source}")
    assert (found.outputs, found.decorated) == ((), (Decorated(".compat.exposed", "incidence"),))
    assert only(method("property")).decorated == ()


def test_methods_of_nested_classes_and_functions_are_not_those_of_the_class() -> None:
    inside = "        @model_output('x')\n        def f(self): ...\n"
    found = classes(f"class M:\n    class Inner:\n{inside}    def g(self):\n{inside}")
    assert {each.name: each.outputs for each in found} == {"M": (), "M.Inner": ("x",)}


def test_methods_in_conditions_are_those_of_the_class() -> None:
    source = "class M:\n    if x:\n        @model_output('a')\n        def f(self): ...\n"
    assert only(source).outputs == ("a",)


def test_members_are_what_the_body_binds() -> None:
    source = "class M:\n    a = 1\n    b: int = 2\n    c: int\n    def d(self): self.e = 1\n    class F: ...\n"
    assert {each.name: each.members for each in classes(source)} == {"M": ("a", "b", "d", "F"), "M.F": ()}


@pytest.mark.parametrize(
    "decorator", ["abstractmethod", "abc.abstractmethod", "abstract", "property\n    @abc.abstractmethod"]
)
def test_abstract_methods_are_known(decorator: str) -> None:
    source = f"import abc\nfrom abc import abstractmethod as abstract\n{method(decorator)}"
    assert only(source).abstract == ("method",)
    assert only(method("staticmethod")).abstract == ()


@pytest.mark.parametrize("assigned", ["PARAMS = {}", "PARAMS: ParameterSpace = {}", "PARAMS: ClassVar[P] = {}"])
def test_parameters_are_those_of_the_attribute(assigned: str) -> None:
    found = only(f"class M:\n    {assigned.format(f'ParameterSpace(({SPEC},))')}")
    assert (found.parameters, found.parameters_from) == ((BETA,), "")


def test_a_class_without_the_attribute_says_nothing_of_parameters() -> None:
    for body in ("pass", "PARAMS: ParameterSpace", f"OTHER = ({SPEC},)"):
        found = only(f"class M:\n    {body}")
        assert (found.parameters, found.parameters_from) == (None, "")


def test_parameters_that_cannot_be_read_are_none_but_not_inherited() -> None:
    assert only("class M(Base):\n    PARAMS = make()").parameters == ()


def test_the_last_assignment_counts() -> None:
    assert only(f"class M:\n    PARAMS = None\n    PARAMS = [{SPEC}]").parameters == (BETA,)


def test_parameters_may_be_put_together_in_the_class_or_the_module() -> None:
    assert only(f"class M:\n    SPECS = [{SPEC}]\n    PARAMS = ParameterSpace(SPECS)").parameters == (BETA,)
    assert only(f"SPECS = [{SPEC}]\nclass M:\n    PARAMS = ParameterSpace(SPECS)").parameters == (BETA,)


def test_parameters_from_elsewhere_are_named() -> None:
    found, mixed = read("class M:\n    PARAMS = spaces.SEIR")
    assert (found[0].parameters, found[0].parameters_from, mixed) == (None, "spaces.SEIR", {})


def test_parameters_partly_from_elsewhere_are_a_space_of_their_own() -> None:
    found, mixed = read(f"class M:\n    PARAMS = ParameterSpace((*Base.PARAMS.specs, {SPEC}))")
    assert (found[0].parameters, found[0].parameters_from) == (None, "M.PARAMS")
    assert mixed == {"M.PARAMS": ("Base.PARAMS", BETA)}


def test_a_thousand_classes_in_each_other_are_no_recursion() -> None:
    # What the parser takes is nested a hundred deep at most; trees can be deeper.
    node: ast.stmt = ast.Pass()
    for number in range(1000):
        node = ast.ClassDef(f"C{number}", [], [], [node], [], lineno=1, col_offset=0)
    scope = ModuleScope([node])
    literals = Literals(scope)
    reader = ClassReader(scope, literals, ParameterSpaces(scope, literals))
    assert len(list(reader.read([node], Place()))) == 1000
