"""What a class inherits from, across the files of a project."""

import importlib
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.models.discovery.lineage import Lineage
from modelops_bundle.source.name_resolution import class_of
from tests.support.folder_sources import FolderSources
from tests.support.model_projects import write_sources


def lineage(root: Path, files: Mapping[str, str], path: str, name: str) -> Lineage:
    write_sources(root, files)
    sources = FolderSources(root)
    definition = class_of(sources.facts(path), name)
    assert definition is not None
    return Lineage(sources, path, definition)


def known(found: Lineage) -> list[str]:
    return [f"{path}:{definition.name}" for path, definition in found.known]


BASE = "from modelops_calabaria import BaseModel\nclass Base(BaseModel): ..."


def test_a_class_is_followed_by_what_it_inherits_from(tmp_path: Path) -> None:
    files = {
        "a.py": BASE,
        "b.py": "from a import Base\nclass Middle(Base): ...\nclass Mixin: ...",
        "c.py": "import b\nclass Seir(b.Mixin, b.Middle): ...",
    }
    found = lineage(tmp_path, files, "c.py", "Seir")
    assert known(found) == ["c.py:Seir", "b.py:Mixin", "b.py:Middle", "a.py:Base"]
    assert found.of_model


def test_a_class_of_pydantic_is_no_model(tmp_path: Path) -> None:
    files = {"a.py": "from pydantic import BaseModel\nclass Base(BaseModel): ...\nclass Sub(Base): ..."}
    assert not lineage(tmp_path, files, "a.py", "Sub").of_model


def test_a_framework_that_the_project_holds_itself_counts_but_is_no_model_of_its_own(tmp_path: Path) -> None:
    files = {
        "modelops_calabaria/__init__.py": "from .base import BaseModel",
        "modelops_calabaria/base.py": "class BaseModel: ...",
        "a.py": "from modelops_calabaria import BaseModel\nclass Seir(BaseModel): ...",
    }
    assert lineage(tmp_path, files, "a.py", "Seir").of_model
    assert not lineage(tmp_path, files, "modelops_calabaria/base.py", "BaseModel").of_model


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("class C(A): ...", ["run"]),
        ("class C(A):\n    def run(self): ...", []),
        ("class C(A):\n    run = print", []),
        ("class C(Does, A): ...", []),
        ("class C(A, Does): ...", ["run"]),
        ("class C(A):\n    @abstractmethod\n    def run(self): ...", ["run"]),
        ("class C(A):\n    def run(self): ...\n    @abstractmethod\n    def walk(self): ...", ["walk"]),
    ],
)
def test_abstract_methods_are_left_until_one_is_bound(tmp_path: Path, body: str, left: list[str]) -> None:
    above = "class A(ABC):\n    @abstractmethod\n    def run(self): ...\nclass Does:\n    def run(self): ..."
    files = {"a.py": f"from abc import ABC, abstractmethod\n{above}\n{body}"}
    assert lineage(tmp_path, files, "a.py", "C").abstract == left


@pytest.mark.parametrize(
    "source",
    [
        "class C(C): ...",
        "class C(D): ...\nclass D(C): ...",
        "class X: ...\nclass Y(X): ...\nclass C(X, Y): ...",
        "from a import C as D\nclass C(D): ...",
    ],
)
def test_impossible_inheritance_is_no_error(tmp_path: Path, source: str) -> None:
    assert known(lineage(tmp_path, {"a.py": source}, "a.py", "C"))[0] == "a.py:C"


def test_a_chain_of_a_thousand_classes_is_no_recursion(tmp_path: Path) -> None:
    chain = "class C0: ...\n" + "".join(f"class C{n}(C{n - 1}): ...\n" for n in range(1, 1000))
    assert len(lineage(tmp_path, {"a.py": chain}, "a.py", "C999").known) > 50


@st.composite
def hierarchies(draw: st.DrawFn) -> str:
    """Write classes that derive from some of those before them, in any order."""
    lines = []
    for number in range(draw(st.integers(1, 8))):
        before = [f"C{each}" for each in range(number)]
        bases = draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
        lines.append(f"class C{number}({', '.join(bases)}): ...")
    return "\n".join(lines)


@given(hierarchies())
def test_the_order_is_that_of_python(tmp_path_factory: pytest.TempPathFactory, source: str) -> None:
    namespace: dict[str, type] = {}
    try:
        exec(source, {"__name__": "a"}, namespace)
    except TypeError:  # bases that contradict each other, which no interpreter takes
        return
    root = tmp_path_factory.mktemp("hierarchy")
    for name, real in namespace.items():
        ours = [definition.name for _, definition in lineage(root, {"a.py": source}, "a.py", name).known]
        assert ours == [each.__name__ for each in real.__mro__[:-1]]


PACKAGES = ("email", "json", "logging", "html", "xml", "wsgiref", "concurrent")


def test_real_classes_inherit_as_the_interpreter_says() -> None:
    library = Path(sysconfig.get_path("stdlib"))
    sources = FolderSources(library, (".",))

    def origin(real: type) -> tuple[str, str]:
        file = str(getattr(sys.modules.get(real.__module__), "__file__", None) or "")
        inside = file.endswith(".py") and Path(file).is_relative_to(library)
        return (Path(file).relative_to(library).as_posix() if inside else "", real.__qualname__)

    seen = 0
    for file in (file for name in PACKAGES for file in sorted(library.glob(f"{name}/**/*.py"))):
        path = file.relative_to(library).as_posix()
        module = importlib.import_module(sources.modules.module_name(path))
        for definition in sources.facts(path).classes:
            real = getattr(module, definition.name, None)
            if isinstance(real, type) and origin(real) == (path, definition.name):
                seen += 1
                ours = [(at, each.name) for at, each in Lineage(sources, path, definition).known]
                theirs = [origin(each) for each in real.__mro__]
                # What is written in C, or says that it is from another module, cannot be compared.
                told = {"_pyio.py", "io.py", "_collections_abc.py", "collections/abc.py"}
                assert [each for each in ours if each[0] not in told] == [
                    each for each in theirs if each[0] and each[0] not in told
                ]
    assert seen > 150
