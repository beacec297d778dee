"""What a file defines, read from its bytes."""

import sysconfig
from pathlib import Path

import pytest

from modelops_bundle.source.definitions import Definitions, definitions_of
from modelops_bundle.source.facts import Parameter
from modelops_bundle.source.syntax import parse_source
from tests.modelops_bundle.source.projects import notebook


def define(source: str, path: str = "models/seir.py") -> Definitions:
    return definitions_of(parse_source(source.encode(), path))


def test_everything_in_a_file_is_found() -> None:
    source = """
from modelops_calabaria import *
from .rates import SPACE

SHARED = ParameterSpace((ParameterSpec("beta", 0, 1),))

class Seir(BaseModel):
    PARAMS = ParameterSpace((*SPACE, *SHARED.specs))

@calibration_target()
def fit(paths): ...
"""
    found = define(source)
    beta = Parameter("beta", 0, 1, "float")
    assert found.bindings == {"SPACE": ".rates.SPACE"}
    assert found.names == {"SPACE", "SHARED", "Seir", "fit"}
    assert [(each.name, each.parameters_from) for each in found.classes] == [("Seir", "Seir.PARAMS")]
    assert [each.function for each in found.targets] == ["fit"]
    assert found.spaces == {"SHARED": (beta,), "Seir.PARAMS": ("SPACE", beta)}


def test_of_classes_of_one_name_the_last_counts() -> None:
    found = define("class A(X): ...\nclass B: ...\nclass A(Y): ...").classes
    assert [(each.name, each.bases) for each in found] == [("B", ()), ("A", ("Y",))]


def test_the_cells_of_a_notebook_share_one_module_that_cannot_be_imported() -> None:
    cells = notebook("from modelops_calabaria import BaseModel as B", "class Seir(B): ...", "def (", "x = 1")
    found = define(cells, "explore.ipynb")
    assert found.bindings == {"B": "modelops_calabaria.BaseModel"}
    assert found.names == {"B", "Seir", "x"}
    assert [(each.name, each.importable) for each in found.classes] == [("Seir", False)]


@pytest.mark.parametrize("source", ["class A(:", "\0", "class A:\n\tx = 1\n        y = 2"])
def test_a_file_that_cannot_be_parsed_defines_nothing(source: str) -> None:
    assert define(source) == Definitions()


def test_real_code_is_read_without_error() -> None:
    library = Path(sysconfig.get_path("stdlib"))
    packages = ("asyncio", "email", "unittest", "collections")
    files = [file for name in packages for file in library.glob(f"{name}/*.py")]
    assert len(files) > 50
    found = [definitions_of(parse_source(file.read_bytes(), file.name)) for file in files]
    assert sum(len(each.classes) for each in found) > 200
