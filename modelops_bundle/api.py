"""What other programs call: publish a project, and learn where its bundles go. The platform imports both.

Errors are those of `modelops_bundle.errors`, and at the same time the built-in ones that the platform catches.
"""

from dataclasses import dataclass
from pathlib import Path

from modelops_bundle.arguments import path_argument
from modelops_bundle.checkout.local_config import read_local_config
from modelops_bundle.checkout.project import NotAProject, Project
from modelops_bundle.digest import Digest
from modelops_bundle.errors import NotFound
from modelops_bundle.models.renewal import BrokenModels
from modelops_bundle.pushing.project_push import PushOptions, push_project
from modelops_bundle.remotes.opening import require_remote
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.settings import Settings


class NoProject(NotAProject, ValueError):
    """A directory is in no project."""


class NothingRegistered(NotFound, FileNotFoundError):
    """A project has no registry, so that no job could run anything of it."""


class PreflightFailed(BrokenModels, RuntimeError):
    """Something registered is broken, so that no job could run it."""


@dataclass(frozen=True, slots=True)
class ProjectConfig:
    """Where a project publishes: `registry_ref` is `HOST/REPOSITORY`, or `oci:` and a directory."""

    registry_ref: str
    default_tag: str


def load_config(path: str | Path = ".") -> ProjectConfig:
    """Return where the project that a directory lies in publishes.

    Raises NoProject (a ValueError), and Invalid when nothing names a remote.
    """
    project = project_at(path)
    local = read_local_config(project.local_path)
    return ProjectConfig(require_remote(project, Settings.from_environment()), local.tag)


def push_dir(path: str | Path = ".", tag: str | None = None) -> str:
    """Publish the tracked files of the project that a directory lies in, and return the digest.

    What is stale is registered anew, as by `modelops-bundle push`; `tag` is by default the project's.
    Raises NoProject (a ValueError), NothingRegistered (a FileNotFoundError), PreflightFailed (a RuntimeError),
    RemoteMoved when the tag holds changes that are not here, and what transfers raise.
    """
    project = project_at(path)
    if not (project.root / REGISTRY_PATH).exists():
        raise NothingRegistered(
            f"nothing is registered: no '{REGISTRY_PATH}' in '{project.root}'",
            hint="modelops-bundle register-model FILE",
        )
    return push_found(project, Settings.from_environment(), PushOptions(tag))


def push_found(project: Project, settings: Settings, options: PushOptions) -> Digest:
    """Do what `push_dir` does for a project, also for one in which nothing is registered."""
    try:
        return push_project(project, settings, options)
    except BrokenModels as error:
        raise PreflightFailed(error.message, hint=error.hint, details=error.details) from error


def project_at(path: str | Path) -> Project:
    """Return the project that a directory lies in; raise NoProject."""
    start = path_argument("path", path).absolute()
    try:
        if not start.is_dir():
            raise NotAProject(start)
        return Project.discover(start)
    except NotAProject as error:
        raise NoProject(start) from error
