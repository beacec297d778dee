"""init: make a project of a directory."""

from pathlib import Path

import click

from modelops_bundle.checkout.adding import add_paths
from modelops_bundle.checkout.config import initial_config
from modelops_bundle.checkout.local_config import DEFAULT_TAG, LocalConfig, repository_name, write_local_config
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.templates import IGNORE_TEMPLATE, pyproject_template
from modelops_bundle.environments import write_pin
from modelops_bundle.files.durable import write_file
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.porcelain._render import print_json, say, talk
from modelops_bundle.remotes.opening import choose_remote, environment_of, environments_of
from modelops_bundle.remotes.remote_reference import parse_remote_reference
from modelops_bundle.safe_path import CONFIG_PATH, IGNORE_FILE, METADATA_DIR
from modelops_bundle.storage.policy import choose_store
from modelops_bundle.tags import check_tag


@click.command()
@click.option("-e", "--env", "environment", default="", help="Pin this environment.")
@click.option("--remote", default="", metavar="REMOTE", help="Push here: HOST/REPOSITORY or oci:DIRECTORY.")
@click.option("--tag", default=DEFAULT_TAG, show_default=True, help="The tag to push to and pull from.")
@click.option(
    "--threshold",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    metavar="MB",
    help="Files from this size are large.",
)
@json_option
@click.argument("path", default=".")
@pass_session
def command(
    session: Session, environment: str, remote: str, tag: str, threshold: int, as_json: bool, path: str
) -> None:
    """Make a project of PATH, by default the current directory.

    Creates .modelops-bundle/, and pyproject.toml and .modelopsignore where they are missing.
    """
    root = Path(session.file(path)).resolve()
    local = _local_config(session, root, remote, tag)
    if environment:
        environments_of(session.settings).load(environment)
    config = initial_config(threshold << 20)
    project = Project.create(root)
    write_local_config(project.local_path, local)
    write_file(root / CONFIG_PATH, config, flush=True)
    if environment:
        write_pin(project.pin_path, environment)
    created = [f"{METADATA_DIR}/", *_write_templates(root, local.repository)]
    add_paths(project, [CONFIG_PATH, *created[1:]], force=True)
    _report(session, project, created, as_json)


def _local_config(session: Session, root: Path, remote: str, tag: str) -> LocalConfig:
    name = ""
    if remote:
        reference = parse_remote_reference(remote, session.directory)
        name, tag = reference.remote, reference.tag or tag
    return LocalConfig(name, repository_name(root.name), check_tag(tag))


def _write_templates(root: Path, name: str) -> list[str]:
    templates = {"pyproject.toml": pyproject_template(name), IGNORE_FILE: IGNORE_TEMPLATE}
    missing = [file for file in templates if not (root / file).exists()]
    for file in missing:
        write_file(root / file, templates[file].encode(), flush=True)
    return missing


def _report(session: Session, project: Project, created: list[str], as_json: bool) -> None:
    choice = choose_remote(project, session.settings)
    name = choice.name if choice else ""
    if as_json:
        print_json({"root": str(project.root), "created": created, "remote": name})
        return
    say(f"Initialized project in {project.root}")
    for file in created:
        say(f"  created {file}")
    say(f"Remote: {name or 'none yet (modelops-bundle config remote HOST/REPOSITORY, or oci:DIRECTORY)'}")
    storage = choose_store(project.config.storage, session.settings, environment_of(project, session.settings))
    if storage.provider:
        say(f"Storage: {storage.shown_provider} ({storage.shown_container or 'no container'})")
    talk(session, "next: modelops-bundle add . && modelops-bundle push")
