"""Packaging: what a worker needs to install the bundle and to run what is registered."""

import re
from collections.abc import Iterator
from typing import Any

from modelops_bundle.models.discovery.frameworks import PLATFORM
from modelops_bundle.models.findings import NO_WIRE, About, Finding, Kind
from modelops_bundle.models.overview import Overview
from modelops_bundle.models.preflight.files import Files
from modelops_bundle.source.name_resolution import Sources

PYPROJECT = "pyproject.toml"
WIRES = (".modelops/manifest.json", "wire.py")
"""Files by which a worker finds the function that runs a task, where no package offers one."""
_WIRE_GROUP = "modelops.wire"
_WIRE_PACKAGE = "modelops-calabaria"
_LINE = re.compile(r"line (\d+)")


def packaging(overview: Overview, files: Files) -> Iterator[Finding]:
    """Yield what keeps a worker from installing the bundle; nothing where nothing is registered."""
    if not overview.registry.models and not overview.registry.targets:
        return
    about = About(Kind.BUNDLE, "", PYPROJECT)
    if not files.exists(PYPROJECT) or not files.tracked(PYPROJECT):
        missing = not files.exists(PYPROJECT)
        yield about.error(
            "missing-dependency-file",
            "missing: workers install what it lists" if missing else "not tracked: no push would take it along",
            f"write it, then modelops-bundle add {PYPROJECT}" if missing else f"modelops-bundle add {PYPROJECT}",
        )
        return
    document = _read(about, files)
    if isinstance(document, Finding):
        yield document
    elif not _has_wire(document, files):
        yield about.warning(
            NO_WIRE,
            f"no worker of the platform could run it: no '{_WIRE_GROUP}' entry point, nor '{_WIRE_PACKAGE}'",
            f"add '{_WIRE_PACKAGE}' to the dependencies, or a wire.py",
        )


def uses_platform(overview: Overview, sources: Sources) -> bool:
    """Tell whether any source of a model or target imports the platform: it is then meant to run there."""
    files = {path for _, assessed in overview.entries() for path in assessed.present.entry.semantic_digests}
    imports = (statement for path in files for statement in sources.facts(path).imports if not statement.level)
    return any(statement.module.partition(".")[0] in PLATFORM for statement in imports)


def _read(about: About, files: Files) -> dict[str, Any] | Finding:
    import tomllib

    try:
        return tomllib.loads(files.read(PYPROJECT).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else 0
        message = f"not valid TOML: {error}"
        return about.error("invalid-pyproject", message, f"correct '{PYPROJECT}'", PYPROJECT, line)


def _has_wire(document: dict[str, Any], files: Files) -> bool:
    project = _table(document, "project")
    if _table(_table(project, "entry-points"), _WIRE_GROUP):
        return True
    dependencies = project.get("dependencies")
    named = [re.sub(r"[-_.]+", "-", str(each)) for each in dependencies] if isinstance(dependencies, list) else []
    return any(_WIRE_PACKAGE in each for each in named) or any(files.exists(path) for path in WIRES)


def _table(value: dict[str, Any], key: str) -> dict[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, dict) else {}
