"""Entry points: spelled so that the platform can import them, and leading to what is registered."""

import re
from collections.abc import Iterator

from modelops_bundle.models.entries import Entry, ModelEntry
from modelops_bundle.models.findings import About, Finding
from modelops_bundle.models.overview import Assessed, Overview
from modelops_bundle.models.preflight.files import Files
from modelops_bundle.models.selection import symbol_of

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def entry_points(overview: Overview, files: Files) -> Iterator[Finding]:
    """Yield entry points that nothing can import, sources that nothing can parse, and names that are gone."""
    for about, assessed in overview.entries():
        yield from _spelling(about, assessed.entry)
        yield from _source(about, assessed, files)
        yield from _imports(about, assessed)


def _spelling(about: About, entry: Entry) -> Iterator[Finding]:
    module, colon, name = entry.entrypoint.partition(":")
    again = f"modelops-bundle register-{about.kind} {entry.path}"
    if not colon or not _MODULE.fullmatch(module) or name != symbol_of(entry):
        yield about.error(
            "invalid-entrypoint",
            f"entry point '{entry.entrypoint}' is not MODULE:{symbol_of(entry)}",
            again,
        )
    elif "." not in module:
        # Tasks of the platform name a scenario or an attribute behind at least one dot.
        yield about.error(
            "invalid-module-path",
            f"entry point '{entry.entrypoint}' lies in no package",
            f"move '{entry.path}' into a directory, then {again}",
        )
    elif not _leads_to(module, entry.path):
        yield about.error(
            "invalid-entrypoint", f"entry point '{entry.entrypoint}' does not lead to '{entry.path}'", again
        )


def _source(about: About, assessed: Assessed, files: Files) -> Iterator[Finding]:
    entry, present = assessed.entry, assessed.present
    for path, fault in present.faults:
        if fault.beyond_limits:
            yield about.warning(
                "not-analysed",
                f"{fault.message}: not analysed, so its bytes count, and nobody knows what it imports",
                f"move data out of '{path}'; declare what it imports: register-model --code PATH",
                path,
                fault.line,
            )
        else:
            yield about.error("syntax-error", fault.message, f"correct '{path}'", path, fault.line)
    own_is_readable = files.exists(entry.path) and entry.path not in dict(present.faults)
    if own_is_readable and not present.class_found:
        noun = "class" if isinstance(entry, ModelEntry) else "function"
        yield about.error(
            "missing-entrypoint-symbol",
            f"no {noun} '{symbol_of(entry)}' in '{entry.path}'",
            f"modelops-bundle register-{about.kind} {entry.path}; modelops-bundle unregister {about.entity}",
        )


def _imports(about: About, assessed: Assessed) -> Iterator[Finding]:
    for path, statement in assessed.unresolved:
        module = "." * statement.level + statement.module
        what = f"{module}: {', '.join(statement.names)}" if statement.names else module
        # Only running it would tell whether somebody expects this to fail, so it is no error.
        yield about.warning(
            "unresolved-import",
            f"imports '{what}', which is not in the project",
            f"write the module, or correct '{path}'",
            path,
            statement.line,
        )


def _leads_to(module: str, path: str) -> bool:
    """Tell whether a module's name ends as the path of its file does; what stands before is a root of code."""
    spelled = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return spelled == module or spelled.endswith(f".{module}")
