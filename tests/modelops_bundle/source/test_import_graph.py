"""What a file needs is all that its imports lead to, each told by the line that makes it so."""

import time
from pathlib import Path

import pytest

from modelops_bundle.checkout.tracking import refresh
from modelops_bundle.errors import NotFound
from modelops_bundle.source.facts import ImportStatement
from modelops_bundle.source.import_graph import Edge, ImportGraph
from modelops_bundle.source.project_sources import ProjectSources
from tests.modelops_bundle.source.projects import graph_of, make_project, notebook, sources_of, write_files

FILES = {
    "models/__init__.py": "",
    "models/seir.py": "import numpy\nfrom . import util\n\ndef run():\n    import models.rates\n",
    "models/util.py": "from .seir import run\n",
    "models/rates.py": "from shared.tables import load\n",
    "models/other.py": "",
    "src/shared/tables.py": "",
    "notes/a.ipynb": notebook("x = 1", "\nfrom models import seir"),
}


def test_each_import_is_an_edge_with_its_line(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, FILES)
    assert graph.edges("models/seir.py") == (
        Edge("models/seir.py", "models/__init__.py", 2),
        Edge("models/seir.py", "models/util.py", 2),
        Edge("models/seir.py", "models/__init__.py", 5),
        Edge("models/seir.py", "models/rates.py", 5),
    )
    assert graph.edges("notes/a.ipynb") == (
        Edge("notes/a.ipynb", "models/__init__.py", 2, 2),
        Edge("notes/a.ipynb", "models/seir.py", 2, 2),
    )


def test_packages_around_a_file_are_edges_of_no_line(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, {**FILES, "models/deep/__init__.py": "", "models/deep/a.py": "from . import b"})
    assert graph.edges("models/rates.py")[-1] == Edge("models/rates.py", "models/__init__.py", 0)
    assert graph.edges("models/deep/a.py") == (
        Edge("models/deep/a.py", "models/deep/__init__.py", 1),
        Edge("models/deep/a.py", "models/__init__.py", 0),
    )


def test_all_that_a_file_needs_is_found_through_circles(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, FILES)
    seir = ("models/__init__.py", "models/rates.py", "models/util.py", "src/shared/tables.py")
    assert graph.closure("models/seir.py") == seir
    assert graph.closure("models/util.py") == tuple(sorted({*seir, "models/seir.py"} - {"models/util.py"}))
    assert graph.closure("notes/a.ipynb") == tuple(sorted({*seir, "models/seir.py"}))
    assert graph.closure("models/other.py") == ("models/__init__.py",)
    assert graph.closure("src/shared/tables.py") == ()


def test_the_shortest_way_to_a_file_is_told(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, FILES)
    assert graph.chain("notes/a.ipynb", "src/shared/tables.py") == (
        Edge("notes/a.ipynb", "models/seir.py", 2, 2),
        Edge("models/seir.py", "models/rates.py", 5),
        Edge("models/rates.py", "src/shared/tables.py", 1),
    )
    assert graph.chain("models/other.py", "models/seir.py") == ()
    assert graph.chain("models/seir.py", "models/seir.py") == ()


def test_imports_of_what_is_not_there_are_told(tmp_path: Path) -> None:
    source = "import numpy\nfrom . import util\nfrom .gone import x\nimport models.gone\nfrom ... import y\n"
    graph = graph_of(tmp_path, {**FILES, "models/seir.py": source})
    assert graph.unresolved("models/seir.py") == (
        ImportStatement("gone", 3, 1, ("x",)),
        ImportStatement("models.gone", 4),
        ImportStatement("", 5, 3, ("y",)),
    )


def test_a_star_brings_the_modules_that_a_package_exports(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        {
            "models/__init__.py": "__all__ = ['sir', 'f']\n__all__ += ['deep']\n",
            "models/sir.py": "",
            "models/seir.py": "",
            "models/deep/__init__.py": "",
            "models/inner.py": "from . import *",
            "run.py": "from models import *",
            "other.py": "from models.seir import *",
        },
    )
    package = ("models/__init__.py", "models/deep/__init__.py", "models/sir.py")
    assert graph.closure("run.py") == graph.closure("models/inner.py") == package
    assert graph.closure("other.py") == ("models/__init__.py", "models/seir.py")


def test_links_come_with_what_they_lead_to(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        {
            "models/seir.py": "from . import rates\nfrom .shared import tables",
            "models/rates.py": "-> ../lib/rates.py",
            "models/shared": "-> ../lib",
            "models/beside.py": "",
            "lib/rates.py": "from . import beside, tables",
            "lib/tables.py": "",
        },
    )
    assert Edge("models/rates.py", "lib/rates.py", 0) in graph.edges("models/rates.py")
    assert graph.closure("models/seir.py") == (
        *("lib/rates.py", "lib/tables.py", "models/beside.py", "models/rates.py", "models/shared"),
    )


def test_a_compiled_module_is_needed_and_asks_for_its_package_only(tmp_path: Path) -> None:
    binary = "models/fast.cpython-311-x86_64-linux-gnu.so"
    graph = graph_of(tmp_path, {**FILES, binary: "\x7fELF", "run.py": "import models.fast"})
    assert graph.closure("run.py") == ("models/__init__.py", binary)


def test_a_file_that_does_not_parse_needs_its_package_only(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, {**FILES, "models/seir.py": "from . import util\ndef"})
    assert graph.closure("models/seir.py") == ("models/__init__.py",)


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"'models/gone\.py'"):
        graph_of(tmp_path, FILES).closure("models/gone.py")


def test_ignored_and_untracked_files_are_needed_like_others(tmp_path: Path) -> None:
    project = make_project(tmp_path, {"run.py": "import build.tables, fresh"}, track=True)
    write_files(tmp_path, {"build/tables.py": "", "fresh.py": ""})
    assert ImportGraph(sources_of(project)).closure("run.py") == ("build/tables.py", "fresh.py")


def test_a_thousand_models_over_five_thousand_files_take_a_moment_once_their_facts_are_known(
    tmp_path: Path,
) -> None:
    models = {f"models/m{n}.py": f"from lib.d{n % 40} import f{n % 99 + 1}\n" for n in range(1000)}
    library = {
        f"lib/d{n % 40}/f{n // 40}.py": "import numpy as np\n"
        + "".join(f"from lib.d{n * k % 40} import f{(n // 40 + 7 * k) % 100}\n" for k in range(n // 40 % 6))
        for n in range(4000)
    }
    project = make_project(tmp_path, {**models, **library}, track=True)
    first = sources_of(project)
    graph = ImportGraph(first)
    expected = {path: graph.closure(path) for path in models}
    first.save()
    index = refresh(project).index
    begun = time.process_time()
    graph = ImportGraph(ProjectSources(project, index))
    assert {path: graph.closure(path) for path in models} == expected
    # A quarter of a second, on an idle machine; most closures are of hundreds of files.
    assert time.process_time() - begun < 1.5
    assert sum(map(len, expected.values())) > 100_000
