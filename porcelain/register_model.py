"""register-model: register the models of a file with what they depend on."""

import click

from modelops_bundle.errors import Invalid
from modelops_bundle.models.entries import CODE_MODES
from modelops_bundle.models.registering.model_registration import ModelRequest, register_models
from modelops_bundle.models.registering.recording import change_registry
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.porcelain._registering import show_change


@click.command()
@click.option("-c", "--class", "classes", multiple=True, metavar="NAME", help="Register this class, model or not.")
@click.option(
    "-e",
    "--exclude",
    "excluded",
    multiple=True,
    metavar="PATTERN",
    help="Leave out classes of this name; with '/' or '.' in it, files from the dependencies.",
)
@click.option("-d", "--data", multiple=True, metavar="PATH", help="The model reads this file or directory.")
@click.option("--code", multiple=True, metavar="PATH", help="The model needs this code, imported or not.")
@click.option("--id", "id", metavar="NAME", help="What the model is called, else FILE_CLASS.")
@click.option("--auto-code/--no-auto-code", default=None, help="Follow imports to code of the project, or do not.")
@click.option(
    "--code-mode", type=click.Choice(CODE_MODES), help="What counts of a package: files that are imported, or all."
)
@click.option("--regen-all", is_flag=True, help="Bring all other registered models up to date, too.")
@dry_run_option
@json_option
@click.argument("file", default="")
@pass_session
def command(
    session: Session,
    classes: tuple[str, ...],
    excluded: tuple[str, ...],
    data: tuple[str, ...],
    code: tuple[str, ...],
    id: str | None,
    auto_code: bool | None,
    code_mode: str | None,
    regen_all: bool,
    dry_run: bool,
    as_json: bool,
    file: str,
) -> None:
    """Register the models of the Python FILE: subclasses of the platform's BaseModel and of Starsim's classes.

    They are found by reading the source; nothing of it is run. All that they need becomes tracked. What was
    registered before stays, with what was declared for it.
    """
    if not (file or regen_all):
        raise Invalid("name a FILE, or --regen-all", hint="modelops-bundle register-model --help")
    if not file and (classes or excluded or data or code or code_mode or (id, auto_code) != (None, None)):
        raise Invalid("without a FILE there is nothing to say of it", hint="modelops-bundle register-model --help")
    patterns = [pattern for pattern in excluded if "/" in pattern or "." in pattern]
    request = ModelRequest(
        path=session.bundle_path(file) if file else "",
        classes=classes,
        exclude_classes=tuple(pattern for pattern in excluded if pattern not in patterns),
        data=tuple(map(session.bundle_path, data)),
        code=tuple(map(session.bundle_path, code)),
        exclude=tuple(map(session.bundle_path, patterns)),
        id=id,
        auto_code=auto_code,
        code_mode=code_mode or "",
        everything=regen_all,
    )
    done = change_registry(
        session.project, lambda now, around: register_models(now, request, around), dry_run=dry_run
    )
    show_change(session, *done, dry_run, as_json)
