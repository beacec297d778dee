"""check: tell what is stale or broken among the registered models and targets, for hooks and CI.

    error stale                       a dependency is not as registered
    error missing-file                a dependency is not on disk
    error special-file                a pipe, a socket or a device stands where a dependency should
    error untracked-file              a dependency is not tracked; untracked-init-file if it is an `__init__.py`
    error syntax-error                a source cannot be parsed
    error invalid-entrypoint          no `module:name`, or not that of the file
    error invalid-module-path         the module lies in no package
    error missing-entrypoint-symbol   the class or function is not in the file any more
    error output-pairing              no model has the output of a target; a warning where one may have it unsaid
    error unknown-target              a target set names what is not registered
    error missing-dependency-file     no pyproject.toml, or it is not tracked
    error invalid-pyproject           pyproject.toml is not valid TOML
    warning empty-outputs             a model declares no output
    warning unresolved-import         a source imports a module of the project that is not there
    warning not-analysed              a source is too large, or nested too deeply, to be analysed
    warning missing-init-file         a directory of a model's package has no `__init__.py`
    warning missing-wire              nothing runs the models on a worker of the platform
    info cosmetic                     only comments or formatting changed
    info unused-output                no target uses an output

These names are a contract: see docs/scripting.md.
"""

import os
import sys
from collections.abc import Iterable

import click

from modelops_bundle.checkout.project import OutsideProject, Project
from modelops_bundle.errors import ExitCode, Invalid, joined
from modelops_bundle.failure import Failure
from modelops_bundle.models.findings import Finding, Severity
from modelops_bundle.models.named_files import NamedFiles
from modelops_bundle.models.overview import assess
from modelops_bundle.models.preflight.files import WorkingFiles
from modelops_bundle.models.preflight.rules import preflight
from modelops_bundle.models.registering.recording import look_around
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.plumbing._records import RecordWriter, quote_path
from modelops_bundle.plumbing._session import Session, nul_option, pass_session
from modelops_bundle.safe_path import printable

_SHOWN = 5
"""So many names stand in an error; the records have all."""


def check(project: Project, names: Iterable[str] = (".",), *, strict: bool = False) -> list[Finding]:
    """Return what is to tell about the models and targets that depend on the named files; '.' stands for all.

    What is true of the whole bundle is told in any case, and whatever lacks a file. With `strict`, the bytes of
    source count and not what they mean. Imports nothing of the project. Raises Invalid for names of what is not
    there, and never was as far as anybody knows.
    """
    around, registry = look_around(project), read_registry(project)
    named = NamedFiles(project.root, names)
    wanted = named.may_concern(registry, around.sources)
    overview = assess(registry, around, strict=strict, wanted=wanted)
    around.sources.save()
    unknown = [
        _no_such(path, around.no_such_file(path).hint) for path in named.unknown(overview, around.sources.tracked)
    ]
    if unknown:
        raise joined(unknown, f"{len(unknown)} files do not exist")
    # Where nothing is tracked, git made this checkout, as in CI: which files are is not known there.
    findings = preflight(overview, WorkingFiles(project.root, around.sources.tracked or None))
    others = {(about.kind, about.entity) for about, each in overview.entries() if not named.concern(each)}
    return [finding for finding in findings if (finding.kind, finding.entity) not in others]


@click.command()
@click.option("--strict", is_flag=True, help="Count changes of comments and formatting too.")
@nul_option
@click.argument("files", nargs=-1)
@pass_session
def command(session: Session, strict: bool, nul: bool, files: tuple[str, ...]) -> int:
    """Check the registered models and targets, or those that depend on FILES.

    Prints `severity category kind TAB id TAB path:line TAB message TAB suggestion` for each finding. Exit code 1
    when there is an error: something is stale or broken. Imports nothing of the project.
    """
    project, out = session.project, RecordWriter(nul=nul)
    findings = check(project, _inside(session, files) if files else ["."], strict=strict)
    for finding in findings:
        out.record(_record(finding, nul))
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if not errors:
        return ExitCode.DONE
    failure = _failure(errors)
    out.flush()
    sys.stderr.write(failure.text())
    return failure.exit_code


def _inside(session: Session, names: tuple[str, ...]) -> set[str]:
    """Return the bundle paths of files; on what lies outside the project no model depends."""
    paths = set()
    for name in names:
        try:
            paths.add(session.bundle_path(name))
        except OutsideProject:
            if not os.path.lexists(session.file(name)):
                raise _no_such(name, "a name is relative to the current directory") from None
            if session.project.root.is_relative_to(session.file(name).resolve()):
                paths.add(".")
    return paths


def _no_such(name: str, hint: str) -> Invalid:
    return Invalid(f"no such file: '{name}'", hint=hint)


def _record(finding: Finding, nul: bool) -> str:
    path = finding.path if nul else quote_path(finding.path)
    fields = f"{finding.severity} {finding.category} {finding.kind}"
    texts = map(printable, (finding.message, finding.suggestion))
    return "\t".join((fields, printable(finding.entity), f"{path}:{finding.line}", *texts))


def _failure(errors: list[Finding]) -> Failure:
    """Return how the command ends: what is stale or broken was found, and nothing went wrong with looking."""
    broken = dict.fromkeys(_name(finding) for finding in errors if finding.forbids_push)
    stale = dict.fromkeys(name for finding in errors if (name := _name(finding)) not in broken)
    parts = [f"{word}: {_listed(list(names))}" for word, names in (("broken", broken), ("stale", stale)) if names]
    if broken:
        hint = "each record ends with what to do about it"
    else:
        hint = f"modelops-bundle why {next(iter(stale))} tells what changed; modelops-bundle refresh accepts it"
    return Failure(ExitCode.NOT_FOUND, "; ".join(parts), hint)


def _name(finding: Finding) -> str:
    return finding.entity or f"the {finding.kind}"


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"'{printable(name)}'" for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
