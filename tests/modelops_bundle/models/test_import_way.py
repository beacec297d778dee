"""A file matters by the imports that lead to it, or because it was declared."""

from dataclasses import replace
from pathlib import Path

import pytest

from modelops_bundle.models.import_way import declared_name, way_to
from modelops_bundle.models.registering.surroundings import Surroundings
from tests.modelops_bundle.models.registered import model
from tests.modelops_bundle.source.projects import make_project, notebook, sources_of

FILES = {
    "models/__init__.py": "",
    "models/seir.py": "import os\nfrom .util import rate\n\ndef run():\n    from models import late\n",
    "models/util.py": "from . import deep\nrate = 1\n",
    "models/deep.py": "",
    "models/late.py": "",
    "tools/explore.ipynb": notebook("import os", "x = 1\nimport helper"),
    "tools/helper.py": "",
}
ENTRY = replace(model(code=[path for path in FILES if path != "models/seir.py"]), declared_code=("tools",))


def way(root: Path, path: str, *, without: str = "") -> list[tuple[str, int, int, str]]:
    project = make_project(root, {name: text for name, text in FILES.items() if name != without})
    edges = way_to(ENTRY, path, Surroundings(sources_of(project)))
    return [(edge.importer, edge.cell, edge.line, edge.imported) for edge in edges]


def test_the_shortest_chain_of_imports(tmp_path: Path) -> None:
    assert way(tmp_path, "models/deep.py") == [
        ("models/seir.py", 0, 2, "models/util.py"),
        ("models/util.py", 0, 1, "models/deep.py"),
    ]


def test_imports_are_followed_from_declared_code_too(tmp_path: Path) -> None:
    assert way(tmp_path, "tools/helper.py") == [("tools/explore.ipynb", 2, 2, "tools/helper.py")]


def test_declared_code_itself_is_imported_by_nobody(tmp_path: Path) -> None:
    assert way(tmp_path, "tools/explore.ipynb") == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("models/util.py", [("models/seir.py", 0, 2, "models/util.py")]),
        ("models/late.py", [("models/seir.py", 0, 5, "models/late.py")]),
        (
            "models/deep.py",
            [("models/seir.py", 0, 2, "models/util.py"), ("models/util.py", 0, 1, "models/deep.py")],
        ),
    ],
)
def test_the_way_to_a_module_that_is_missing(
    tmp_path: Path, path: str, expected: list[tuple[str, int, int, str]]
) -> None:
    assert way(tmp_path, path, without=path) == expected


def test_no_way_begins_at_a_file_that_is_missing(tmp_path: Path) -> None:
    assert way(tmp_path, "models/util.py", without="models/seir.py") == []


def test_the_name_by_which_a_file_was_declared() -> None:
    entry = replace(ENTRY, declared_data=("data", "extra/a.csv"))
    names = {
        path: declared_name(entry, path) for path in ("data/b/c.csv", "extra/a.csv", "extra/b.csv", "database")
    }
    assert names == {"data/b/c.csv": "data", "extra/a.csv": "extra/a.csv", "extra/b.csv": "", "database": ""}
    assert declared_name(replace(entry, declared_data=(".",)), "anything") == "."
