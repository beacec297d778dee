"""What the shell completes beside commands and options: tracked paths, tags, environments.

Completion never fails: where something is wrong, it offers nothing. It asks no remote.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import click

from modelops_bundle.errors import BundleError
from modelops_bundle.plumbing._session import Session
from modelops_bundle.settings import Settings
from modelops_bundle.store.refs import HEAD


def complete_tracked(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return tracked paths below the current directory, one level at a time as shells do."""
    with suppress(BundleError, OSError):
        session = _session(ctx)
        here = session.bundle_path(".")
        inside = "" if here == "." else f"{here}/"
        paths = (path.removeprefix(inside) for path in session.project.load_index() if path.startswith(inside))
        return _one_level(paths, incomplete)
    return []


def complete_version(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the tags that are known here: our own, and those last seen at remotes."""
    with suppress(BundleError, OSError):
        names = {name.rpartition("/")[2] for name, _ in _session(ctx).project.refs}
        return sorted(name for name in names | {HEAD} if name.startswith(incomplete))
    return []


def complete_environment(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of environments."""
    from modelops_bundle.remotes.opening import environments_of

    with suppress(BundleError, OSError):
        names = environments_of(_session(ctx).settings).names()
        return [name for name in names if name.startswith(incomplete)]
    return []


def complete_registered(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the ids of registered models and targets."""
    from modelops_bundle.models.registry_yaml.file import read_registry

    with suppress(BundleError, OSError):
        registry = read_registry(_session(ctx).project)
        return [id for id in (*registry.models, *registry.targets) if id.startswith(incomplete)]
    return []


def complete_target_set(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of target sets."""
    from modelops_bundle.models.registry_yaml.file import read_registry

    with suppress(BundleError, OSError):
        return [name for name in read_registry(_session(ctx).project).target_sets if name.startswith(incomplete)]
    return []


def _session(ctx: click.Context) -> Session:
    directory = ctx.find_root().params.get("directory") or ""
    return Session(Settings.from_environment(), Path.cwd() / directory)


def _one_level(paths: Iterable[str], incomplete: str) -> list[str]:
    """Return the paths that begin with `incomplete`, cut after the next '/'.

    A directory that is the only choice is entered, since a shell would put a space behind its name.
    """
    below = [path for path in paths if path.startswith(incomplete)]
    found = {incomplete + _head(path[len(incomplete) :]) for path in below}
    if len(found) == 1 and (only := found.pop()).endswith("/"):
        return _one_level(below, only)
    return sorted({incomplete + _head(path[len(incomplete) :]) for path in below})


def _head(path: str) -> str:
    name, slash, _ = path.partition("/")
    return name + slash
