"""logout: forget a registry's credentials."""

import click

from modelops_bundle.errors import NotFound
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.porcelain._render import print_json, say
from modelops_bundle.registry.login import logout
from modelops_bundle.registry.reference import host_of


@click.command()
@json_option
@click.argument("host")
@pass_session
def command(session: Session, as_json: bool, host: str) -> None:
    """Forget the login for the registry HOST, wherever it is stored. Exit code 1 when there was none."""
    host = host_of(host)
    if not logout(host, session.settings):
        raise NotFound(f"not logged in to '{host}'", hint=f"modelops-bundle login {host}")
    if as_json:
        print_json({"host": host})
    else:
        say(f"Logged out of {host}")
