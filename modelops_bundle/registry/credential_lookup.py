"""Where logins come from, the first that has one winning:

1. the environment: MODELOPS_REGISTRY_USERNAME and _PASSWORD, or _TOKEN, for the registry that it names
   (MODELOPS_BUNDLE_REGISTRY), or where it names none, for the registry that the command is about;
2. the file REGISTRY_AUTH_FILE, and then no other file;
3. docker's `config.json`, in DOCKER_CONFIG or `~/.docker`;
4. podman's `containers/auth.json`, in XDG_RUNTIME_DIR, then in XDG_CONFIG_HOME or `~/.config`;
5. `~/.dockercfg`.

In a file: its helper for that host, its helper for all hosts, then what it holds itself.
"""

import logging
from pathlib import Path

from modelops_bundle.errors import Invalid
from modelops_bundle.registry import credential_helper
from modelops_bundle.registry.auth_file import AuthFile
from modelops_bundle.registry.credential import Credential
from modelops_bundle.registry.reference import host_of
from modelops_bundle.settings import Settings

_log = logging.getLogger(__name__)


def find_credential(host: str, repository: str, settings: Settings) -> Credential | None:
    """Return the login for a repository, or None to go on without one."""
    credential = login_of_variables(host, settings) or _from_files(host, repository, settings)
    _log.debug("login for '%s': %s", host, credential.source if credential else "none")
    return credential


def docker_config_file(settings: Settings) -> Path:
    """Return the file that `login` writes to."""
    return settings.registry_auth_file or (settings.docker_config or settings.home / ".docker") / "config.json"


def auth_files(settings: Settings) -> list[Path]:
    """Return the files that may hold logins, the first that has one winning."""
    if settings.registry_auth_file is not None:
        return [settings.registry_auth_file]
    directories = [settings.runtime_dir] if settings.runtime_dir else []
    directories.append(settings.config_home or settings.home / ".config")
    return [
        docker_config_file(settings),
        *(directory / "containers" / "auth.json" for directory in directories),
        settings.home / ".dockercfg",
    ]


def login_of_variables(host: str, settings: Settings) -> Credential | None:
    """Return the login that environment variables hold for a registry, or None."""
    if settings.registry and not names_host(settings.registry, host):
        return None
    source = "the environment"
    if settings.username and (settings.password or settings.token):
        return Credential(settings.username, settings.password or settings.token, source=source, stored=False)
    if settings.token:
        return Credential(registry_token=settings.token, source=source, stored=False)
    return None


def names_host(registry: str, host: str) -> bool:
    """Tell whether what a person wrote as a registry, or as a remote in it, means this host."""
    try:
        return host_of(registry) == host
    except Invalid:
        return False  # it names no registry, but a directory


def _from_files(host: str, repository: str, settings: Settings) -> Credential | None:
    for path in auth_files(settings):
        file = AuthFile.read(path)
        for name, server in file.helpers(host):
            credential = credential_helper.ask(name, server)
            if credential is not None:
                return credential
        credential = file.credential(host, repository)
        if credential is not None:
            return credential
    return None
