"""The import graph misses nothing that the interpreter loads: of real packages, and of packages made at random."""

import importlib.util
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops_bundle.source.import_graph import ImportGraph
from tests.modelops_bundle.source.loaded_files import load
from tests.modelops_bundle.source.projects import graph_of, make_project, sources_of
from tests.support.programs import require_module

EXACT = ("starsim", "sciris", "networkx", "seaborn.objects")
"""What models are made of, and load nearly all that they may; comes with the extra `e2e`, as does matplotlib."""
OTHERS = (
    *("click", "rich.console", "httpx", "hypothesis.strategies", "yaml", "grimp", "pathspec", "requests"),
    *("asyncio", "concurrent.futures.process", "email.mime.multipart", "unittest", "xml.etree.ElementTree"),
)
"""Packages that are here for the tests themselves, `yaml` and `grimp` with compiled modules, and standard ones."""


def copy_of(package: str, root: Path) -> None:
    """Make an installed package one of the project's own."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        require_module(package)
    assert spec and spec.submodule_search_locations
    source = spec.submodule_search_locations[0]
    shutil.copytree(source, root / package, ignore=shutil.ignore_patterns("__pycache__", "tests"))


@pytest.mark.parametrize("module", [*EXACT, "matplotlib.pyplot", *OTHERS])
def test_no_file_of_a_real_package_that_is_loaded_is_missed(module: str, tmp_path: Path) -> None:
    package = module.partition(".")[0]
    copy_of(package, tmp_path)
    loaded = load(tmp_path, module)
    sources = sources_of(make_project(tmp_path, {"run.py": f"import {module}\n"}))
    closure = ImportGraph(sources).closure("run.py")
    assert not loaded.error
    assert f"{package}/__init__.py" in loaded.files
    assert loaded.files - set(closure) == set()
    if module in EXACT:
        assert len(closure) <= 1.02 * len(loaded.files)
    assert [path for path in closure if path.endswith(".py") and sources.facts(path).fault] == []


# A package p with another in it, one below src, and n without `__init__.py` in both; x is a module or a package.
PATHS = (
    *(
        "p/__init__.py",
        "p/x.py",
        "p/x/__init__.py",
        "p/y.py",
        "p/q/__init__.py",
        "p/q/x.py",
        "p/q/y.py",
        "p/n/x.py",
    ),
    *("n/x.py", "n/m/x.py", "src/n/y.py", "src/n/m/y.py", "src/s/__init__.py", "src/s/x.py", "src/s/y.py"),
    *("x.py", "x/__init__.py", "x/y.py", "y.py"),
)
NAME = st.sampled_from("pqnmsxy")
DOTTED = st.lists(NAME, min_size=1, max_size=3).map(".".join)
DOTS = st.sampled_from(["", ".", "..", "..."])
STATEMENT = st.one_of(
    st.builds("import {}".format, DOTTED),
    st.builds("import {} as z".format, DOTTED),
    st.builds("from {}{} import {}, {}".format, DOTS, DOTTED, NAME, NAME),
    st.builds("from {}{} import *".format, DOTS, DOTTED),
    st.builds("from {} import {}".format, DOTS.filter(bool), NAME | st.just("*")),
    st.builds("__import__('importlib').import_module('{}{}', __package__)".format, DOTS, DOTTED),
    st.builds("__import__('{}', globals(), fromlist=['{}'], level={})".format, DOTTED, NAME, st.integers(0, 2)),
)
SOURCE = st.builds(
    "__all__ = {}\n{}".format,
    st.lists(NAME, max_size=2),
    st.lists(STATEMENT.map("try:\n    {}\nexcept Exception: pass\n".format), max_size=4).map("".join),
)


@settings(max_examples=80)
@given(st.dictionaries(st.sampled_from(PATHS), SOURCE, min_size=1), st.data())
def test_no_file_of_any_packages_that_is_loaded_is_missed(files: Mapping[str, str], data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(sorted(files))).removeprefix("src/").removesuffix(".py")
    module = start.removesuffix("/__init__").replace("/", ".")
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        graph = graph_of(root, {**files, "run.py": f"import {module}"})
        loaded = load(root, module, (".", "src"), bare=True)
        # A module is behind another one of its name: what was loaded on the way counts all the same.
        assert not loaded.error or "is not a package" in loaded.error
        assert loaded.files - set(graph.closure("run.py")) == set()
