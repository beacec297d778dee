"""Which remote a command talks to, and opening it.

Precedence: command line, then the environment variables, then `local.yaml`, then the pinned environment.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from modelops_bundle.checkout.local_config import LocalConfig, read_local_config, repository_name
from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import Invalid
from modelops_bundle.remotes.reference_syntax import is_directory, without_scheme
from modelops_bundle.remotes.remote_reference import remote_name
from modelops_bundle.settings import Settings

if TYPE_CHECKING:
    from modelops_bundle.environments import Environment, Environments
    from modelops_bundle.remote import Remote


@dataclass(frozen=True, slots=True)
class RemoteChoice:
    """A remote's name and where the choice came from: a file, a variable or an option."""

    name: str
    origin: str


def environments_of(settings: Settings) -> "Environments":
    """Return the environments of the user whose home the settings name."""
    from modelops_bundle.environments import Environments

    return Environments(settings.home / ".modelops" / "bundle-env")


def environment_of(project: Project | None, settings: Settings) -> "Environment | None":
    """Return the environment that applies: named by variable, pinned in the project, or the default if it exists.

    Raises NotFound when a named or pinned one does not exist.
    """
    from modelops_bundle.environments import DEFAULT_NAME, read_pin

    environments = environments_of(settings)
    name = settings.environment or (read_pin(project.pin_path) if project else "")
    return environments.load(name) if name else environments.find(DEFAULT_NAME)


def choose_remote(project: Project, settings: Settings, option: str = "") -> RemoteChoice | None:
    """Return the remote that applies to a project, or None when nothing names one.

    `option` is the canonical name that the command line gave, if it did.
    """
    root = project.root
    if option:
        return RemoteChoice(option, "option --remote")
    local = read_local_config(project.local_path)
    if settings.registry:
        name = _with_repository(settings.registry, settings, local, root)
        return RemoteChoice(remote_name(name, root), "environment variable")
    if local.remote:
        return RemoteChoice(remote_name(local.remote, root), str(project.local_path))
    environment = environment_of(project, settings)
    if environment and environment.login_server:
        name = f"{environment.login_server}/{_repository(settings, local, root)}"
        return RemoteChoice(remote_name(name, root), f"environment '{environment.name}'")
    return None


def require_remote(project: Project, settings: Settings, option: str = "") -> str:
    """Return the name of the remote that applies; raise Invalid when nothing names one."""
    choice = choose_remote(project, settings, option)
    if choice is None:
        raise Invalid(
            "no remote is configured for this project",
            hint="modelops-bundle config remote HOST/REPOSITORY, or oci:DIRECTORY",
        )
    return choice.name


def open_remote(name: str, settings: Settings, environment: "Environment | None" = None) -> "Remote":
    """Open a remote by its canonical name.

    The environment's login goes to its own registry only, and gives way to one that variables hold for it.
    """
    if name.startswith("oci:"):
        from modelops_bundle.remotes.oci_layout import LayoutRemote

        return LayoutRemote(Path(name.removeprefix("oci:")))
    from modelops_bundle.registry.reference import parse_repository
    from modelops_bundle.registry.remote import RegistryRemote

    reference = parse_repository(name)
    return RegistryRemote(reference, settings_for(reference.host, settings, environment))


def settings_for(host: str, settings: Settings, environment: "Environment | None") -> Settings:
    """Return settings with the environment's login, where it is for this host and nothing else is."""
    from modelops_bundle.registry.credential_lookup import login_of_variables, names_host

    is_ours = environment and environment.username and names_host(environment.login_server, host)
    if not environment or not is_ours or login_of_variables(host, settings):
        return settings
    return replace(settings, registry=host, username=environment.username, password=environment.password, token="")


def _with_repository(name: str, settings: Settings, local: LocalConfig, root: Path) -> str:
    if is_directory(name) or "/" in without_scheme(name):
        return name
    return f"{without_scheme(name)}/{_repository(settings, local, root)}"


def _repository(settings: Settings, local: LocalConfig, root: Path) -> str:
    return settings.repository or local.repository or repository_name(root.name)
