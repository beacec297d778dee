"""What `login` and `logout` do: check a login with the registry, and keep it where docker keeps it."""

from collections.abc import Callable
from pathlib import Path

from modelops_bundle.registry import credential_helper
from modelops_bundle.registry.auth_file import AuthFile
from modelops_bundle.registry.credential import Credential
from modelops_bundle.registry.credential_lookup import auth_files, docker_config_file
from modelops_bundle.registry.reference import RegistryReference, host_of
from modelops_bundle.registry.retry import RetryPolicy
from modelops_bundle.registry.transport import Request, Transport
from modelops_bundle.settings import Settings


def login(
    host: str, username: str, password: str, settings: Settings, sleep: Callable[[float], object] | None = None
) -> str:
    """Check a login with a registry, store it, and return where it is stored, for people.

    It goes to the credential helper that docker's configuration names, else into that configuration
    itself. Raises AuthRefused when the registry does not take it, and Invalid when it cannot be stored.
    """
    host = host_of(host)
    verify_login(host, Credential(username, password, source="what was given"), settings, sleep)
    file = AuthFile.read(docker_config_file(settings), lenient=False)
    helpers = file.helpers(host)
    if not helpers:
        file.with_login(host, username, password).write()
        return f"'{file.path}'"
    name, server = helpers[0]
    credential_helper.store(name, server, username, password)
    if file.credential(host, "") is not None:
        file.without(host).write()
    return f"credential helper '{name}'"


def logout(host: str, settings: Settings) -> bool:
    """Forget the login for a registry, wherever it is stored; False when there was none.

    Raises Invalid when a file that holds it cannot be changed.
    """
    host = host_of(host)
    found = [_forget(path, host) for path in auth_files(settings)]
    return any(found)


def verify_login(
    host: str, credential: Credential, settings: Settings, sleep: Callable[[float], object] | None = None
) -> None:
    """Raise AuthRefused unless a registry takes a login; TransferFailed when it cannot be asked."""
    policy = RetryPolicy(settings.retries, sleep)
    transport = Transport(RegistryReference(host, ""), settings, policy, lambda: credential)
    try:
        reply = transport.call(Request("GET", "/v2/", (), "the login"))
        if reply.status != 200:
            raise transport.refusal(reply, "the login")
    finally:
        transport.close()


def _forget(path: Path, host: str) -> bool:
    file = AuthFile.read(path)
    erased = [credential_helper.erase(name, server) for name, server in file.helpers(host)]
    if not file.holds(host):
        return any(erased)
    had_login = file.credential(host, "") is not None
    file.without(host).write()
    return had_login or any(erased)
