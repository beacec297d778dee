"""Projects of source files for the tests: written from a mapping of paths to contents."""

import json
from collections.abc import Mapping
from pathlib import Path

from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.tracking import refresh
from modelops_bundle.source.import_graph import ImportGraph
from modelops_bundle.source.project_sources import ProjectSources
from tests.support.cli import run


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write files; a content that begins with `-> ` makes a symlink to what follows."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if content.startswith("-> "):
            file.symlink_to(content[3:])
        else:
            file.write_text(content, "utf-8")


def make_project(root: Path, files: Mapping[str, str], *, track: bool = False) -> Project:
    """Make a project of files, all of them tracked if asked for."""
    write_files(root, files)
    project = Project.create(root, begun=True)
    if track:
        done = run("add", "--force", ".", cwd=root)
        assert done.code == 0, done
    return project


def sources_of(project: Project) -> ProjectSources:
    """Return the sources of a project as they are now."""
    return ProjectSources(project, refresh(project).index)


def graph_of(root: Path, files: Mapping[str, str]) -> ImportGraph:
    """Return the import graph of a new project of untracked files."""
    return ImportGraph(sources_of(make_project(root, files)))


def notebook(*cells: str) -> str:
    """Return a notebook with code cells."""
    code = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
