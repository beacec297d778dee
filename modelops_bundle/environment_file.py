"""Write an environment's file as the platform writes it, and show one without its secrets.

Schema: `environment`, `registry` (provider, login_server, username, password, requires_auth) and `storage`
(provider, container, connection_string, endpoint, access_key, secret_key), which may be absent here. Ours is
`storage.sas_token`, since the platform has no place for a shared access signature of Azure but the endpoint.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from modelops_bundle.blob_stores.location import PROVIDERS, Scheme, container_of, may_be_secret
from modelops_bundle.blob_stores.storage_access import check_endpoint, check_login
from modelops_bundle.checkout.project import Project
from modelops_bundle.environments import DEFAULT_NAME, Environments, read_pin
from modelops_bundle.errors import Invalid
from modelops_bundle.files.durable import write_file
from modelops_bundle.files.yaml_file import dump, read_mapping
from modelops_bundle.registry.reference import check_host, check_repository
from modelops_bundle.secret_values import SecretValue
from modelops_bundle.settings import Settings

REGISTRY_PROVIDERS = ("docker", "acr", "ecr", "gcr", "ghcr")
STORAGE_PROVIDERS = tuple(PROVIDERS)
SECRETS = ("password", "connection_string", "access_key", "secret_key", "sas_token")
SET = "set"
"""What is shown in place of a secret."""

_PUBLIC = {
    "registry": ("provider", "login_server", "username", "requires_auth"),
    "storage": ("provider", "container", "endpoint"),
}
_HOSTS = {".azurecr.io": "acr", ".amazonaws.com": "ecr", "gcr.io": "gcr", ".pkg.dev": "gcr", "ghcr.io": "ghcr"}


@dataclass(frozen=True, slots=True)
class NewEnvironment(SecretValue):
    """What to write; empty text leaves a field out. `secrets` has those of SECRETS that are given."""

    name: str
    login_server: str
    provider: str = ""
    username: str = ""
    requires_auth: bool = False
    storage_provider: str = ""
    container: str = ""
    endpoint: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def create_environment(environments: Environments, new: NewEnvironment, *, force: bool = False) -> Path:
    """Write an environment's file, readable by its owner only, in one step, and return its path.

    Raises Invalid when it exists already (unless `force`), or when the parts do not make an environment.
    """
    path = environments.path(new.name)
    document = _document(new)
    if path.exists() and not force:
        raise Invalid(
            f"environment '{new.name}' exists already: '{path}'",
            hint=f"modelops-bundle env show {new.name}; env create --force replaces it",
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_file(path, dump(document), flush=True, mode=0o600)
    return path


def parse_secrets(text: str) -> dict[str, str]:
    """Read `KEY=VALUE` lines; raise Invalid, never repeating a value."""
    secrets = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        key, equals, value = line.partition("=")
        known = f"KEY is one of {', '.join(SECRETS)}"
        if not equals:
            raise Invalid(f"no KEY=VALUE in line {number} of standard input", hint=known)
        if key.strip() not in SECRETS:
            # Not even the key is repeated: it may be part of a secret that was pasted.
            near = get_close_matches(key.strip(), SECRETS, 1)
            hint = f"did you mean '{near[0]}'?" if near else known
            raise Invalid(f"unknown key in line {number} of standard input", hint=hint)
        secrets[key.strip()] = value.strip()
    return secrets


def show_environment(environments: Environments, name: str) -> dict[str, dict[str, str]]:
    """Return what an environment's file says, by section; all but what is known to be public reads `set`.

    Raises NotFound and Invalid.
    """
    environments.load(name)
    document = read_mapping(environments.path(name)) or {}
    return {section: _shown(section, document.get(section) or {}) for section in _PUBLIC}


def active_environment(settings: Settings, project: Project | None) -> tuple[str, str]:
    """Return the name of the environment that applies, whether it exists or not, and what says so."""
    pin = read_pin(project.pin_path) if project else ""
    if settings.environment:
        return settings.environment, "environment variable"
    return (pin, str(project.pin_path)) if pin and project else (DEFAULT_NAME, "default")


def _document(new: NewEnvironment) -> dict[str, Any]:
    storage = {
        "provider": new.storage_provider,
        "container": new.container,
        "endpoint": new.endpoint,
        **{key: new.secrets[key] for key in SECRETS[1:] if key in new.secrets},
    }
    if any(storage.values()) and not (new.storage_provider and new.container):
        raise Invalid(
            "a storage has a provider and a container",
            hint="give --storage-provider and --container, or nothing of storage",
        )
    if new.storage_provider:
        _check_storage(new, storage)
    if "password" in new.secrets and not new.username:
        raise Invalid("a password needs a user name", hint="give --username")
    server = _check_login_server(new.login_server)
    provider = new.provider or _provider_of(server)
    registry = {
        "provider": provider,
        "login_server": server,
        "username": new.username,
        "password": new.secrets.get("password", ""),
        "requires_auth": new.requires_auth or bool(new.username) or provider == "acr",
    }
    sections: dict[str, dict[str, Any]] = {
        "registry": registry,
        "storage": storage if new.storage_provider else {},
    }
    filled = {name: {key: text for key, text in part.items() if text != ""} for name, part in sections.items()}
    return {"environment": new.name, **{name: part for name, part in filled.items() if part}}


def _check_storage(new: NewEnvironment, storage: Mapping[str, str]) -> None:
    kind = container_of(new.storage_provider, new.container).scheme
    address, _, signature = new.endpoint.partition("?")
    check_endpoint(address)
    if signature:
        raise Invalid(
            "an endpoint that is given here must hold no signature: all users of this machine can see it",
            hint="give what stands behind its '?' as sas_token=… on standard input: --secrets-stdin",
        )
    check_login(kind, storage, new.name)
    logins = [key for key in ("connection_string", "secret_key", "sas_token") if storage.get(key)]
    if len(logins) > 1:
        raise Invalid(f"a storage has one login, and not {' and '.join(logins)}", hint="give one of them")
    if storage.get("sas_token") and kind is not Scheme.AZURE:
        raise Invalid(f"a sas_token is of Azure, and not of '{new.storage_provider}'", hint="give its own login")


def _check_login_server(text: str) -> str:
    host, slash, path = (text.partition("://")[2] or text).rstrip("/").partition("/")
    return check_host(host) + slash + (check_repository(path) if path else "")


def _provider_of(server: str) -> str:
    host = server.partition("/")[0].partition(":")[0]
    return next((name for end, name in _HOSTS.items() if host.endswith(end)), "docker")


def _shown(section: str, values: Mapping[str, Any]) -> dict[str, str]:
    shown = {}
    for key, value in values.items():
        text = ("false", "true")[value] if isinstance(value, bool) else str(value)
        # A URL may carry a signature or a password, and people err, whatever the key promises.
        provider = str(values.get("provider", "")) if key == "container" else ""
        public = key in _PUBLIC[section] and not may_be_secret(provider, text)
        if value is not None:
            shown[key] = text if public else SET
    return shown
