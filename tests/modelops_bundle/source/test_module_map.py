"""An import leads to the files that the interpreter would load for it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from modelops_bundle.source.facts import ImportStatement
from modelops_bundle.source.import_statements import imports_of
from modelops_bundle.source.module_map import ModuleMap
from modelops_bundle.source.syntax import parse_source
from tests.modelops_bundle.source.projects import write_files


def map_of(root: Path, *paths: str, roots: tuple[str, ...] = (".", "src")) -> ModuleMap:
    write_files(root, dict.fromkeys(paths, ""))
    return ModuleMap(root, roots)


def statement(source: str) -> ImportStatement:
    (found,) = imports_of(parse_source(source.encode(), "x.py"))
    return found


PACKAGE = (
    *("models/__init__.py", "models/seir.py", "models/util.py", "models/deep/__init__.py", "models/deep/a.py"),
    *("models/deep/er/__init__.py", "models/deep/er/b.py", "models/bare/c.py", "run.py"),
)
M, D, E = "models/__init__.py", "models/deep/__init__.py", "models/deep/er/__init__.py"


@pytest.mark.parametrize(
    ("importer", "source", "expected"),
    [
        ("run.py", "import models", (M,)),
        ("run.py", "import models.seir", (M, "models/seir.py")),
        ("run.py", "import models.seir as m", (M, "models/seir.py")),
        ("run.py", "import models.deep.er.b", (M, D, E, "models/deep/er/b.py")),
        ("run.py", "from models import seir", (M, "models/seir.py")),
        ("run.py", "from models import SEIR", (M,)),
        ("run.py", "from models import seir, util, X", (M, "models/seir.py", "models/util.py")),
        ("run.py", "from models import deep", (M, D)),
        ("run.py", "from models.seir import util", (M, "models/seir.py")),
        ("run.py", "from models.deep import er", (M, D, E)),
        ("run.py", "import models.bare.c", (M, "models/bare/c.py")),
        ("run.py", "from models.bare import c", (M, "models/bare/c.py")),
        ("run.py", "from models import bare", (M,)),
        ("run.py", "from models import *", (M,)),
        ("models/seir.py", "from . import util", (M, "models/util.py")),
        ("models/seir.py", "from . import X", (M,)),
        ("models/seir.py", "from .util import f", (M, "models/util.py")),
        ("models/seir.py", "from .deep.er import b", (M, D, E, "models/deep/er/b.py")),
        ("models/seir.py", "from .bare.c import x", (M, "models/bare/c.py")),
        ("models/seir.py", "import models.util", (M, "models/util.py")),
        ("models/__init__.py", "from . import util", (M, "models/util.py")),
        ("models/__init__.py", "from .deep import a", (M, D, "models/deep/a.py")),
        ("models/deep/a.py", "from .. import util", (M, "models/util.py")),
        ("models/deep/a.py", "from ..util import f", (M, "models/util.py")),
        ("models/deep/__init__.py", "from .. import util", (M, "models/util.py")),
        ("models/deep/er/b.py", "from ... import util", (M, "models/util.py")),
        ("models/deep/er/b.py", "from ...util import f", (M, "models/util.py")),
        ("models/deep/er/b.py", "from ..a import f", (D, "models/deep/a.py")),
        ("models/deep/er/b.py", "from .. import er", (D, E)),
        ("models/bare/c.py", "from ..util import f", (M, "models/util.py")),
        ("models/bare/c.py", "from . import c", ("models/bare/c.py",)),
        ("models/seir.py", "from ..run import x", ("run.py",)),
    ],
)
def test_an_import_leads_to_all_files_that_it_loads(
    tmp_path: Path, importer: str, source: str, expected: tuple[str, ...]
) -> None:
    modules = map_of(tmp_path, *PACKAGE)
    assert modules.find(importer, statement(source)) == expected
    assert not modules.misses(importer, statement(source))


@pytest.mark.parametrize(
    ("importer", "source", "expected"),
    [
        ("models/seir.py", "from .gone import x", (M,)),
        ("models/seir.py", "from .util.x import y", (M, "models/util.py")),
        ("models/seir.py", "from ...x import y", ()),
        ("models/seir.py", "from ........ import y", ()),
        ("run.py", "import models.gone", (M,)),
        ("run.py", "from models.deep.gone import util", (M, D)),
        ("run.py", "import models.seir.x", (M, "models/seir.py")),
    ],
)
def test_what_is_missing_in_the_project_is_told_and_the_way_to_it_still_counts(
    tmp_path: Path, importer: str, source: str, expected: tuple[str, ...]
) -> None:
    modules = map_of(tmp_path, *PACKAGE)
    assert modules.find(importer, statement(source)) == expected
    assert modules.misses(importer, statement(source))


@pytest.mark.parametrize(
    "source", ["import numpy", "import os.path", "from Models import x", "import MODELS.seir", "import seir"]
)
def test_what_is_not_in_the_project_is_nobody_s_fault(tmp_path: Path, source: str) -> None:
    modules = map_of(tmp_path, *PACKAGE)
    assert modules.find("models/seir.py", statement(source)) == ()
    assert not modules.misses("models/seir.py", statement(source))


def test_a_directory_of_data_is_no_package(tmp_path: Path) -> None:
    modules = map_of(tmp_path, "data/a.csv", "data/rates.py", "models/seir.py")
    assert modules.find("models/seir.py", statement("import data")) == ()
    assert modules.find("models/seir.py", statement("from data import a")) == ()
    assert modules.find("models/seir.py", statement("import data.loader")) == ()
    assert not modules.misses("models/seir.py", statement("import data.loader"))
    assert modules.find("models/seir.py", statement("import data.rates")) == ("data/rates.py",)
    assert modules.find("models/seir.py", statement("from data import rates")) == ("data/rates.py",)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("a.py", "a/__init__.py"), ("a/__init__.py",)),
        (("a.py", "a/b.py"), ("a.py",)),
        (("src/a.py", "a/b.py"), ("src/a.py",)),
        (("src/a.py", "a.py"), ("a.py",)),
        (("src/a/__init__.py", "a.py"), ("a.py",)),
        (
            ("a.py", "a.cpython-311-x86_64-linux-gnu.so", "a.pyd"),
            ("a.cpython-311-x86_64-linux-gnu.so", "a.py", "a.pyd"),
        ),
        (("a/__init__.so",), ("a/__init__.so",)),
        (("a.pyi", "a.pyc"), ()),
    ],
)
def test_what_comes_first_is_what_the_interpreter_takes(
    tmp_path: Path, paths: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert map_of(tmp_path, "run.py", *paths).find("run.py", statement("import a")) == expected


def test_a_namespace_package_is_made_of_its_directories_in_all_roots(tmp_path: Path) -> None:
    modules = map_of(tmp_path, "ns/a.py", "src/ns/b.py", "src/ns/deep/c.py", "ns/deep/d.py")
    assert modules.find("ns/a.py", statement("from ns import a, b")) == ("ns/a.py", "src/ns/b.py")
    assert modules.find("ns/a.py", statement("import ns.deep.c")) == ("src/ns/deep/c.py",)
    assert modules.find("src/ns/b.py", statement("from . import a")) == ("ns/a.py",)
    assert modules.find("src/ns/deep/c.py", statement("from .d import x")) == ("ns/deep/d.py",)
    assert modules.find("src/ns/deep/c.py", statement("from .. import a, b")) == ("ns/a.py", "src/ns/b.py")


def test_code_below_src_is_named_without_it(tmp_path: Path) -> None:
    modules = map_of(tmp_path, "src/pkg/__init__.py", "src/pkg/a.py", "src/pkg/b.py", "run.py")
    assert modules.find("run.py", statement("from pkg import a")) == ("src/pkg/__init__.py", "src/pkg/a.py")
    assert modules.find("src/pkg/a.py", statement("import pkg.b")) == ("src/pkg/__init__.py", "src/pkg/b.py")
    # Whoever starts in the project may name it, too.
    assert modules.find("run.py", statement("import src.pkg.a")) == ("src/pkg/__init__.py", "src/pkg/a.py")


def test_a_file_sees_its_own_code_root_first(tmp_path: Path) -> None:
    modules = map_of(tmp_path, "one/a.py", "one/x.py", "two/a.py", "two/x.py", "run.py", roots=("one", "two"))
    assert modules.find("one/x.py", statement("import a")) == ("one/a.py",)
    assert modules.find("two/x.py", statement("import a")) == ("two/a.py",)
    assert modules.find("run.py", statement("import a")) == ("one/a.py",)
    assert modules.find("one/x.py", statement("import two.a")) == ()


def test_a_script_finds_what_lies_beside_it_when_nothing_else_does(tmp_path: Path) -> None:
    modules = map_of(
        tmp_path, "scripts/run.py", "scripts/beside.py", "scripts/lib/x.py", "both.py", "scripts/both.py"
    )
    assert modules.find("scripts/run.py", statement("import beside")) == ("scripts/beside.py",)
    assert modules.find("scripts/run.py", statement("from lib import x")) == ("scripts/lib/x.py",)
    assert modules.find("scripts/run.py", statement("import both")) == ("both.py",)


def test_a_module_of_a_package_does_not(tmp_path: Path) -> None:
    modules = map_of(tmp_path, "models/__init__.py", "models/seir.py", "models/random.py")
    assert modules.find("models/seir.py", statement("import random")) == ()


def test_a_notebook_finds_what_lies_beside_it_before_all_else(tmp_path: Path) -> None:
    modules = map_of(tmp_path, "notes/a.ipynb", "notes/both.py", "notes/__init__.py", "both.py", "models/seir.py")
    assert modules.find("notes/a.ipynb", statement("import both")) == ("notes/both.py",)
    assert modules.find("notes/a.ipynb", statement("import models.seir")) == ("models/seir.py",)
    assert modules.find("notes/b.py", statement("import both")) == ("both.py",)


def test_what_is_reached_through_links_comes_with_the_links(tmp_path: Path) -> None:
    links = {"models/shared": "-> ../lib", "models/rates.py": "-> ../lib/rates.py", "names": "-> models"}
    write_files(tmp_path, {"lib/__init__.py": "", "lib/rates.py": "", "models/seir.py": "", **links})
    modules = ModuleMap(tmp_path, (".",))
    shared = ("models/shared", "lib/__init__.py", "lib/rates.py")
    assert modules.find("run.py", statement("import models.shared.rates")) == shared
    assert modules.find("models/seir.py", statement("from .shared import rates")) == shared
    assert modules.find("run.py", statement("import models.rates")) == ("models/rates.py",)
    assert modules.find("run.py", statement("import names.seir")) == ("names", "models/seir.py")


def test_a_link_that_leaves_the_project_leads_nowhere(tmp_path: Path) -> None:
    write_files(tmp_path, {"other/x.py": "", "project/run.py": "", "project/other": "-> ../other"})
    assert ModuleMap(tmp_path / "project", (".",)).find("run.py", statement("import other.x")) == ()


@pytest.mark.parametrize("name", ["..", "a..b", ".", "", "../x", "a/b", "x\0y", "." * 2000, ".".join("a" * 9999)])
def test_a_name_that_no_module_has_leads_nowhere(tmp_path: Path, name: str) -> None:
    modules = map_of(tmp_path / "project", "a/__init__.py")
    assert set(modules.find("run.py", ImportStatement(name, 1))) <= {"a/__init__.py"}
    assert set(modules.find("run.py", ImportStatement("a", 1, names=(name,)))) == {"a/__init__.py"}


NAMES: Mapping[str, str] = {
    "models/seir.py": "models.seir",
    "models/__init__.py": "models",
    "src/pkg/a.py": "pkg.a",
    "src/pkg/__init__.py": "pkg",
    "src/a.py": "a",
    "src/pkg/fast.cpython-311-x86_64-linux-gnu.so": "pkg.fast",
    "models/__main__.py": "models.__main__",
    "run.py": "run",
    "__init__.py": "",
    "lib/v1.2/a.py": "lib.v1.2.a",
}


@pytest.mark.parametrize(("path", "name"), NAMES.items())
def test_a_module_is_named_from_its_code_root(tmp_path: Path, path: str, name: str) -> None:
    assert ModuleMap(tmp_path, (".", "src")).module_name(path) == name


def test_a_module_s_packages_are_those_above_it_in_its_code_root(tmp_path: Path) -> None:
    paths = ("__init__.py", "src/__init__.py", "src/a/__init__.py", "src/a/b/c/__init__.py", "src/a/b/c/d.py")
    modules = map_of(tmp_path, *paths, "m/__init__.py", "m/n.ipynb")
    assert modules.packages_above("src/a/b/c/d.py") == ("src/a/__init__.py", "src/a/b/c/__init__.py")
    assert modules.packages_above("src/a/b/c/__init__.py") == ("src/a/__init__.py",)
    assert modules.packages_above("run.py") == modules.packages_above("m/n.ipynb") == ()


def test_a_module_is_located_by_its_name(tmp_path: Path) -> None:
    modules = map_of(tmp_path, *PACKAGE)
    package = modules.locate("run.py", "models.deep")
    assert package and (package.own, package.places, package.files) == ((D,), ("models/deep",), (M, D))
    module = modules.locate("models/deep/a.py", "util", 2)
    assert module and (module.own, module.places) == (("models/util.py",), ())
    namespace = modules.locate("run.py", "models.bare")
    assert namespace and (namespace.own, namespace.places) == ((), ("models/bare",))
    assert modules.locate("run.py", "models.gone") is None
    assert modules.locate("run.py", "numpy") is None
