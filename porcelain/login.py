"""login: store a registry's credentials."""

import sys

import click

from modelops_bundle.errors import Invalid
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.porcelain._render import print_json, say, talk
from modelops_bundle.registry.credential_lookup import docker_config_file
from modelops_bundle.registry.login import login
from modelops_bundle.registry.reference import host_of

_MAX_PASSWORD = 1 << 16


@click.command()
@click.option("-u", "--username", default="", help="The user; asked for on a terminal.")
@click.option("--password-stdin", is_flag=True, help="Read the password or token from standard input.")
@json_option
@click.argument("host")
@pass_session
def command(session: Session, username: str, password_stdin: bool, as_json: bool, host: str) -> None:
    """Check a login with the registry HOST and store it where docker, podman and oras find it too.

    That is the credential helper that docker's configuration names, or else the configuration file itself.
    """
    host = host_of(host)
    username = username or _ask("Username", host, "--username")
    password = sys.stdin.read(_MAX_PASSWORD) if password_stdin else _ask("Password", host, "--password-stdin")
    password = password.rstrip("\r\n")
    if not password:
        raise Invalid(f"no password for '{host}'", hint="give it on standard input with --password-stdin")
    where = login(host, username, password, session.settings)
    plain = where == f"'{docker_config_file(session.settings)}'"
    if as_json:
        print_json({"host": host, "username": username, "stored": where, "plain_text": plain})
    else:
        say(f"Logged in to {host} as {username}")
        say(f"Stored in {where}")
    if plain:
        talk(session, "that file holds the password in plain text; a docker credential helper would keep it safe")


def _ask(what: str, host: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise Invalid(f"no {what.lower()} for '{host}', and no terminal to ask on", hint=f"give {option}")
    return str(click.prompt(f"{what} for {host}", hide_input=what == "Password", err=True))
