"""The projects of models that tests read are Python that tests could run."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.model_projects import FILES, README_FILES, write_sources


@pytest.mark.parametrize("files", [FILES, README_FILES], ids=["small", "readme"])
def test_every_source_compiles(tmp_path: Path, files: Mapping[str, str]) -> None:
    write_sources(tmp_path, files)
    sources = [path for path in files if path.endswith(".py")]
    assert sources
    for path in sources:
        compile((tmp_path / path).read_text(), path, "exec")


def test_files_lose_the_indentation_that_they_have_in_a_test(tmp_path: Path) -> None:
    write_sources(tmp_path, {"a/b.py": "\n    x = 1\n    if x:\n        y = 2\n"})
    assert (tmp_path / "a/b.py").read_text() == "x = 1\nif x:\n    y = 2\n"
