"""The parameters of a class, wherever they come from."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from modelops_bundle.models.discovery.inherited_parameters import parameters_of
from modelops_bundle.models.discovery.lineage import Lineage
from modelops_bundle.source.name_resolution import class_of
from tests.support.folder_sources import FolderSources
from tests.support.model_projects import write_sources


def names(root: Path, files: Mapping[str, str], path: str = "a.py", name: str = "M") -> list[str]:
    write_sources(root, files)
    sources = FolderSources(root)
    definition = class_of(sources.facts(path), name)
    assert definition is not None
    return [each.name for each in parameters_of(sources, Lineage(sources, path, definition))]


def space(*parameters: str) -> str:
    return f"ParameterSpace(({''.join(f'ParameterSpec({name!r}, 0, 1), ' for name in parameters)}))"


BASE = f"class Base:\n    PARAMS = {space('beta', 'gamma')}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("from base import Base\nclass M(Base): ...", ["beta", "gamma"]),
        ("from base import Base\nclass Middle(Base): ...\nclass M(Middle): ...", ["beta", "gamma"]),
        ("from base import Base\nclass Mixin: ...\nclass M(Mixin, Base): ...", ["beta", "gamma"]),
        (f"from base import Base\nclass M(Base):\n    PARAMS = {space('delta')}", ["delta"]),
        ("from base import Base\nclass M(Base):\n    PARAMS = make()", []),
        ("class M: ...", []),
    ],
)
def test_parameters_are_inherited_or_replaced_as_a_whole(tmp_path: Path, body: str, expected: list[str]) -> None:
    assert names(tmp_path, {"base.py": BASE, "a.py": body}) == expected


@pytest.mark.parametrize(
    "taken",
    [
        "from base import Base\nclass M:\n    PARAMS = Base.PARAMS",
        "import base\nclass M:\n    PARAMS = base.Base.PARAMS",
        "from base import Base\nclass M:\n    PARAMS = ParameterSpace(Base.PARAMS.specs)",
        "from base import Base\nclass M(Base):\n    PARAMS = ParameterSpace((*Base.PARAMS.specs,))",
        "from base import Sub\nclass M:\n    PARAMS = Sub.PARAMS",
        "from base import SPACE\nclass M:\n    PARAMS = SPACE",
        "from base import SPACE as S\nclass M:\n    PARAMS = ParameterSpace((*S.specs,))",
        "from base import BETA, GAMMA\nclass M:\n    PARAMS = ParameterSpace((BETA, GAMMA))",
        "import base as b\nLIST = [b.BETA, b.GAMMA]\nclass M:\n    PARAMS = ParameterSpace([b.BETA, b.GAMMA])",
        "from reexport import *\nclass M:\n    PARAMS = EXPORTED",
        "from base import BETA, GAMMA\nSPECS = ParameterSpace((BETA, GAMMA))\nclass M:\n    PARAMS = SPECS",
    ],
)
def test_parameters_are_taken_from_other_classes_and_files(tmp_path: Path, taken: str) -> None:
    base = f"""
{BASE}
class Sub(Base): ...
BETA, GAMMA = ParameterSpec("beta", 0, 1), ParameterSpec("gamma", 0, 1)
SPACE = ParameterSpace((BETA, GAMMA))
"""
    files = {"base.py": base, "reexport.py": "from base import SPACE as EXPORTED", "a.py": taken}
    assert names(tmp_path, files) == ["beta", "gamma"]


def test_a_subclass_may_add_to_what_it_takes(tmp_path: Path) -> None:
    own = (
        "PARAMS = ParameterSpace((ParameterSpec('alpha', 0, 1), *Base.PARAMS.specs, ParameterSpec('delta', 0, 1)))"
    )
    files = {"base.py": BASE, "a.py": f"from base import Base\nclass M(Base):\n    {own}"}
    assert names(tmp_path, files) == ["alpha", "beta", "gamma", "delta"]


@pytest.mark.parametrize(
    "source",
    [
        "class M:\n    PARAMS = M.PARAMS",
        "class M:\n    PARAMS = ParameterSpace((*N.PARAMS,))\nclass N:\n    PARAMS = ParameterSpace((*M.PARAMS,))",
        "from a import S\nclass M:\n    PARAMS = S",
        "class M:\n    PARAMS = numpy.PARAMS",
        "class M:\n    PARAMS = unknown",
    ],
)
def test_what_leads_nowhere_has_no_parameters(tmp_path: Path, source: str) -> None:
    assert names(tmp_path, {"a.py": source}) == []
