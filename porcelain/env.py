"""env: list, show, choose and create environments."""

import os
import sys

import click

from modelops_bundle.blob_stores.location import PROVIDERS, Scheme
from modelops_bundle.checkout.project import NotAProject, Project
from modelops_bundle.environment_file import (
    REGISTRY_PROVIDERS,
    SECRETS,
    STORAGE_PROVIDERS,
    NewEnvironment,
    active_environment,
    create_environment,
    parse_secrets,
    show_environment,
)
from modelops_bundle.environments import write_pin
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.porcelain._completion import complete_environment
from modelops_bundle.porcelain._render import print_json, say, talk
from modelops_bundle.remotes.opening import choose_remote, environments_of
from modelops_bundle.safe_path import printable
from modelops_bundle.secret_text import looks_secret

_MAX_SECRETS = 1 << 20


@click.group(invoke_without_command=True)
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session) -> None:
    """List, show, choose and create environments: files in ~/.modelops/bundle-env that name a registry.

    The one that applies is named by MODELOPS_BUNDLE_ENV, else pinned in the project, else called 'dev'.
    Without a subcommand the environments are listed.
    """
    if ctx.invoked_subcommand is None:
        _list(session, as_json=False)


@command.command("list")
@json_option
@pass_session
def list_command(session: Session, as_json: bool) -> None:
    """List the environments; a star marks the one that applies."""
    _list(session, as_json)


def _list(session: Session, as_json: bool) -> None:
    names = environments_of(session.settings).names()
    active, _ = active_environment(session.settings, _project(session))
    if as_json:
        print_json({"environments": names, "active": active if active in names else None})
        return
    for name in names:
        say(f"{'*' if name == active else ' '} {name}")
    if not names:
        talk(session, "no environments yet: modelops-bundle env create NAME --login-server HOST")


@command.command("show")
@json_option
@click.argument("name", default="", shell_complete=complete_environment)
@pass_session
def show_command(session: Session, as_json: bool, name: str) -> None:
    """Show the environment NAME, by default the one that applies.

    Secrets are never shown, only that they are set.
    """
    active, origin = active_environment(session.settings, _project(session))
    environments = environments_of(session.settings)
    sections = show_environment(environments, name or active)
    file = str(environments.path(name or active))
    if as_json:
        print_json({"name": name or active, "file": file, **sections})
        return
    say(f"Environment: {name or active}" + (f" (applies: {origin})" if name in ("", active) else ""))
    say(f"File: {file}")
    for section, values in sections.items():
        for key, text in values.items():
            say(f"{section}.{printable(key)}: {printable(text)}")


@command.command("use")
@json_option
@click.argument("name", shell_complete=complete_environment)
@pass_session
def use_command(session: Session, as_json: bool, name: str) -> None:
    """Pin the environment NAME in this project."""
    project = session.project
    environments_of(session.settings).load(name)
    with project.lock():
        write_pin(project.pin_path, name)
    active, origin = active_environment(session.settings, project)
    remote = choose_remote(project, session.settings)
    if as_json:
        print_json({"pinned": name, "active": active, "remote": remote.name if remote else None})
    else:
        say(f"Pinned environment: {name}")
        say(f"Remote: {remote.name} ({remote.origin})" if remote else "Remote: none")
    if active != name:
        talk(session, f"'{active}' still applies ({origin})")


@command.command("create")
@click.option("--login-server", required=True, metavar="HOST[/PATH]", help="The registry.")
@click.option("--provider", type=click.Choice(REGISTRY_PROVIDERS), help="The registry's kind, else guessed.")
@click.option("--username", default="", help="The user of the registry.")
@click.option("--requires-auth", is_flag=True, help="The registry serves nobody without a login.")
@click.option("--storage-provider", type=click.Choice(STORAGE_PROVIDERS), help="The storage's kind.")
@click.option("--container", default="", help="The container or bucket of the storage.")
@click.option("--endpoint", default="", metavar="URL", help="The storage's address, where it has its own.")
@click.option(
    "--secrets-stdin", is_flag=True, help=f"Read KEY=VALUE lines from standard input: {', '.join(SECRETS)}."
)
@click.option("-f", "--force", is_flag=True, help="Replace an environment that exists.")
@json_option
@click.argument("name")
@pass_session
def create_command(
    session: Session,
    login_server: str,
    provider: str | None,
    username: str,
    requires_auth: bool,
    storage_provider: str | None,
    container: str,
    endpoint: str,
    secrets_stdin: bool,
    force: bool,
    as_json: bool,
    name: str,
) -> None:
    """Write the environment NAME, readable by you alone, in the platform's format."""
    secrets = parse_secrets(sys.stdin.read(_MAX_SECRETS)) if secrets_stdin else {}
    is_directory = storage_provider and PROVIDERS[storage_provider] is Scheme.DIRECTORY
    if is_directory and container and not looks_secret(container):
        container = os.path.normpath(session.directory / container)
    new = NewEnvironment(
        name,
        login_server,
        provider or "",
        username,
        requires_auth,
        storage_provider or "",
        container,
        endpoint,
        secrets,
    )
    path = create_environment(environments_of(session.settings), new, force=force)
    if as_json:
        print_json({"name": name, "file": str(path)})
    else:
        say(f"Created environment {name}: {path}")
    talk(session, f"use it in a project: modelops-bundle env use {name}")


def _project(session: Session) -> Project | None:
    try:
        return session.project
    except NotAProject:
        return None
