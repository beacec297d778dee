"""What is named must be there, be Python, and be what the platform can import."""

from pathlib import Path

import pytest

from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.registering.surroundings import Surroundings, check_entrypoint
from tests.modelops_bundle.source.projects import make_project, sources_of
from tests.support.model_projects import FILES


def around(root: Path, *, track: bool = True) -> Surroundings:
    files = {
        **FILES,
        "models/bad.py": "x = 1\ndef\n",
        "models/deep.py": f"x = {'-' * 100_000}1",
        "link.py": "-> models/seir.py",
    }
    return Surroundings(sources_of(make_project(root, files, track=track)))


@pytest.mark.parametrize("path", ["models/seir.py", "link.py"])
def test_a_python_file_is_a_source(tmp_path: Path, path: str) -> None:
    around(tmp_path).check_source(path)


@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        ("models/none.py", NotFound, "no such file: 'models/none.py'"),
        ("models", NotFound, "no such file: 'models'"),
        ("README.md", Invalid, "not a Python file: 'README.md'"),
        ("models/bad.py", Invalid, "cannot be parsed: 'models/bad.py:2'"),
        ("models/deep.py", Invalid, "not analysed: 'models/deep.py': nested too deeply"),
    ],
)
def test_what_is_no_source_is_refused(tmp_path: Path, path: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        around(tmp_path).check_source(path)


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("models/ratse.py", "did you mean 'models/rates.py'?"),
        ("rates.py", "did you mean 'models/rates.py'?"),
        ("model/rates.py", "did you mean 'models/rates.py'?"),
        ("data/people.cvs", "did you mean 'data/people.csv'?"),
        ("zzz", "modelops-bundle status --untracked"),
    ],
)
@pytest.mark.parametrize("track", [True, False])
def test_near_misses_are_named(tmp_path: Path, path: str, hint: str, track: bool) -> None:
    found = around(tmp_path, track=track).no_such_file(path).hint
    # What is not tracked is known only where one looks.
    assert found.startswith(hint.rstrip("?")) or (not track and not path.startswith(("models/", "data/")))


@pytest.mark.parametrize("entrypoint", ["models.seir:Seir", "a.b.c:D", "models.seir:Outer.Inner", "modèles.é:É"])
def test_an_entry_point_that_python_can_import_is_taken(entrypoint: str) -> None:
    check_entrypoint(entrypoint, "models/seir.py")


@pytest.mark.parametrize(
    ("entrypoint", "path", "said", "hint"),
    [
        ("seir:Seir", "seir.py", "not in a package", "mkdir -p models && mv seir.py models/"),
        ("seir:Seir", "src/seir.py", "not in a package", "mkdir -p src/models && mv src/seir.py src/models/"),
        ("models:Seir", "models/__init__.py", "'models' has no dot", "another file of 'models'"),
        ("my-models.seir:Seir", "my-models/seir.py", "Python cannot import 'my-models.seir'", "letters"),
        ("models.1:Seir", "models/1.py", "Python cannot import", "letters"),
    ],
)
def test_an_entry_point_that_the_platform_cannot_import_is_refused(
    entrypoint: str, path: str, said: str, hint: str
) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        check_entrypoint(entrypoint, path)
    assert hint in caught.value.hint
