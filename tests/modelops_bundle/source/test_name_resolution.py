"""Names, followed across the files of a project."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelops_bundle.source.name_resolution import Resolved, class_of, resolve
from tests.support.folder_sources import FolderSources
from tests.support.model_projects import write_sources


def lead(root: Path, files: Mapping[str, str], path: str, dotted: str) -> str:
    """Return where a name leads: `path:name`, or names outside the project."""
    write_sources(root, files)
    found = resolve(FolderSources(root), path, dotted)
    return f"{found.path}:{found.name}" if found.path else " ".join(found.external)


SIR = "class SIR: ..."


@pytest.mark.parametrize(
    ("imports", "dotted"),
    [
        ("from models.base import SIR", "SIR"),
        ("from models.base import SIR as S", "S"),
        ("from .base import SIR", "SIR"),
        ("from . import base", "base.SIR"),
        ("from . import base as b", "b.SIR"),
        ("from ..models import base", "base.SIR"),
        ("import models.base", "models.base.SIR"),
        ("import models.base as b", "b.SIR"),
        ("from models.base import *", "SIR"),
        ("from .base import *", "SIR"),
        ("from .base import SIR\nAlias = SIR", "Alias"),
        ("import models.base as b\nAlias = b.SIR\nAgain = Alias", "Again"),
        ("from .again import Shown", "Shown"),
        ("from .again import *", "Shown"),
        ("from models import SIR", "SIR"),
        ("import models", "models.SIR"),
        ("from package import Deep", "Deep"),
        ("import package", "package.inner.Deep"),
        ("try:\n    from fast import SIR\nexcept ImportError:\n    from .base import SIR as Slow", "Slow"),
        ("def load(): ...\nif True:\n    from .base import SIR", "SIR"),
    ],
)
def test_a_name_is_followed_to_the_class_that_it_is(tmp_path: Path, imports: str, dotted: str) -> None:
    files = {
        "models/__init__.py": "from .base import SIR",
        "models/base.py": SIR,
        "models/again.py": "from .base import SIR as Shown",
        "package/__init__.py": "from .inner import *\nfrom . import inner",
        "package/inner.py": "from models.base import SIR as Deep",
        "models/here.py": imports,
    }
    assert lead(tmp_path, files, "models/here.py", dotted) == "models/base.py:SIR"


@pytest.mark.parametrize(
    ("imports", "dotted", "names"),
    [
        ("import starsim as ss", "ss.SIR", "starsim.SIR"),
        ("from starsim import SIR as S", "S", "starsim.SIR"),
        ("from starsim.diseases import SIR", "SIR", "starsim.diseases.SIR"),
        ("from .lib import S", "S", "starsim.SIR"),
        ("from .lib import ss", "ss.SIR", "starsim.SIR"),
        ("from starsim import *", "SIR", "starsim.SIR"),
        ("from .stars import *", "SIR", "starsim.SIR"),
        ("from numpy import *\nfrom starsim import *", "SIR", "starsim.SIR numpy.SIR"),
        ("", "Exception", "Exception"),
        ("", "unknown.Name", "unknown.Name"),
        ("from .missing import X", "X", ""),
        ("from .lib import Missing", "Missing", ""),
        ("from lib import Missing", "Missing", "lib.Missing"),
    ],
)
def test_a_name_that_leaves_the_project_is_told_in_full(
    tmp_path: Path, imports: str, dotted: str, names: str
) -> None:
    files = {
        "models/__init__.py": "",
        "models/lib.py": "import starsim as ss\nS = ss.SIR",
        "models/stars.py": "from starsim import *",
        "models/here.py": imports,
    }
    assert lead(tmp_path, files, "models/here.py", dotted) == names


def test_a_name_of_the_project_comes_before_star_imports_from_outside(tmp_path: Path) -> None:
    files = {"base.py": SIR, "here.py": "from base import *\nfrom starsim import *"}
    assert lead(tmp_path, files, "here.py", "SIR") == "base.py:SIR"
    assert lead(tmp_path, files, "here.py", "Other") == "starsim.Other"


def test_of_star_imports_of_the_project_the_last_counts(tmp_path: Path) -> None:
    files = {"a.py": SIR, "b.py": SIR, "here.py": "from a import *\nfrom b import *"}
    assert lead(tmp_path, files, "here.py", "SIR") == "b.py:SIR"


def test_what_a_package_has_hides_its_module_of_that_name(tmp_path: Path) -> None:
    files = {
        "models/__init__.py": "from .SIR import SIR",
        "models/SIR.py": SIR,
        "here.py": "from models import SIR",
    }
    assert lead(tmp_path, files, "here.py", "SIR") == "models/SIR.py:SIR"
    assert lead(tmp_path, files, "models/__init__.py", "SIR") == "models/SIR.py:SIR"


def test_a_module_is_found_where_the_package_has_nothing_of_that_name(tmp_path: Path) -> None:
    files = {"models/__init__.py": "", "models/sir.py": SIR, "here.py": "from models import sir"}
    assert lead(tmp_path, files, "here.py", "sir") == "models/sir.py:"
    assert lead(tmp_path, files, "here.py", "sir.SIR") == "models/sir.py:SIR"


def test_directories_without_init_and_a_src_layout_are_packages(tmp_path: Path) -> None:
    files = {"src/models/deep/base.py": SIR, "src/models/here.py": "from models.deep import base"}
    assert lead(tmp_path, files, "src/models/here.py", "base.SIR") == "src/models/deep/base.py:SIR"


def test_nested_classes_and_other_things_are_found_by_name(tmp_path: Path) -> None:
    files = {"base.py": "class Outer:\n    class SIR: ...\nSPACE = (1, 2)", "here.py": "import base as b"}
    assert lead(tmp_path, files, "here.py", "b.Outer.SIR") == "base.py:Outer.SIR"
    sources = FolderSources(tmp_path)
    nested = resolve(sources, "here.py", "b.Outer.SIR")
    assert nested.definition is not None and nested.definition.name == "Outer.SIR"
    assert resolve(sources, "here.py", "b.SPACE") == Resolved("base.py", "SPACE")
    assert resolve(sources, "here.py", "b.Outer.PARAMS") == Resolved("base.py", "Outer.PARAMS")


def test_a_dotted_name_may_begin_where_the_file_is(tmp_path: Path) -> None:
    files = {"models/base.py": SIR, "models/here.py": ""}
    assert lead(tmp_path, files, "models/here.py", ".base.SIR") == "models/base.py:SIR"


def test_a_class_that_replaces_its_base_leads_to_that(tmp_path: Path) -> None:
    files = {"base.py": SIR, "here.py": "from base import SIR\nclass SIR(SIR): ..."}
    write_sources(tmp_path, files)
    sources = FolderSources(tmp_path)
    own = class_of(sources.facts("here.py"), "SIR")
    assert own is not None
    assert resolve(sources, "here.py", "SIR").path == "here.py"
    assert resolve(sources, "here.py", own.bases[0]).path == "base.py"


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "from b import X", "b.py": "from a import X"},
        {"a.py": "from b import *", "b.py": "from a import *"},
        {"a.py": "from a import X"},
        {"a.py": "from a import *"},
        {"a.py": "X = Y\nY = X"},
        {"a.py": "from p import X", "p/__init__.py": "from .X import X"},
        {
            "a.py": "from p import X",
            "p/__init__.py": "from .q import *\nfrom .r import *",
            "p/q.py": "from p import *",
        },
        {"a.py": "from p import X", "p/__init__.py": "from .b import b as X\nfrom .b import b", "p/b.py": ""},
    ],
)
def test_imports_in_circles_end(tmp_path: Path, files: Mapping[str, str]) -> None:
    write_sources(tmp_path, files)
    assert resolve(FolderSources(tmp_path), "a.py", "X").definition is None


def test_a_broken_file_has_no_names(tmp_path: Path) -> None:
    files = {"base.py": "class SIR(:", "here.py": "from base import SIR"}
    assert lead(tmp_path, files, "here.py", "SIR") == "base.SIR"


MODULES = ("m0", "m1", "m2", "m3", "p/__init__", "p/a", "p/b")
IMPORTS = (
    "from {module} import {name} as {alias}",
    "import {module} as m\n{alias} = m.{name}",
    "import {module}\n{alias} = {module}.{name}",
    "try:\n    from {module} import {name} as {alias}\nexcept ImportError:\n    class {alias}: ...",
)
LOADED = """
import importlib, sys
for line in sys.stdin:
    module, name = line.split()
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError:
        found = None
    print(found.__module__ if isinstance(found, type) else "-")
"""


@st.composite
def reexports(draw: st.DrawFn) -> dict[str, str]:
    """Make modules, each with names of those before it, under names of its own, and perhaps a class."""
    files: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    for position, path in enumerate(MODULES):
        earlier = [each for each in MODULES[:position] if names[each] and each != "p/__init__"]
        stars = draw(st.lists(st.sampled_from(earlier), max_size=2)) if earlier else []
        names[path] = [name for each in stars for name in names[each]]
        lines = [f"from {_dotted(each)} import *" for each in stars]
        if draw(st.booleans()):
            lines.append("class C: ...")
            names[path].append("C")
        for source in draw(st.lists(st.sampled_from(earlier), max_size=2)) if earlier else ():
            name, alias = draw(st.sampled_from(names[source])), draw(st.sampled_from("CDE"))
            lines.append(draw(st.sampled_from(IMPORTS)).format(module=_dotted(source), name=name, alias=alias))
            names[path].append(alias)
        files[f"{path}.py"] = "\n".join(lines)
    return files


def _dotted(path: str) -> str:
    return path.replace("/", ".")


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(reexports())
def test_names_lead_where_the_interpreter_finds_them(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]
) -> None:
    root = tmp_path_factory.mktemp("reexports")
    write_sources(root, files)
    sources = FolderSources(root)
    asked = [(path, sources.modules.module_name(path), name) for path in files for name in ("C", "D", "E")]
    lines = "\n".join(f"{module} {name}" for _, module, name in asked)
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=root, input=lines, capture_output=True, text=True, check=True
    )
    for (path, _, name), real in zip(asked, done.stdout.split(), strict=True):
        found = resolve(sources, path, name)
        ours = sources.modules.module_name(found.path) if found.definition else "-"
        assert ours == real, (path, name, files)
