"""The options that `config` shows and sets: what holds now, and which file or variable says so.

`remote`, `repository` and `tag` stand in `local.yaml` and hold here only; the others stand in `config.yaml`,
which travels with the bundle. YAML comments do not survive a change.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from modelops_bundle.blob_stores.location import PROVIDERS, Scheme, credential_given
from modelops_bundle.checkout.config import VERSION as CONFIG_VERSION
from modelops_bundle.checkout.config import Config, parse_config
from modelops_bundle.checkout.local_config import (
    LocalConfig,
    read_local_config,
    repository_name,
    write_local_config,
)
from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.files.durable import write_file
from modelops_bundle.files.yaml_file import dump, read_mapping, unknown
from modelops_bundle.registry.reference import check_repository
from modelops_bundle.remotes.opening import choose_remote, environment_of
from modelops_bundle.remotes.remote_reference import parse_remote_reference
from modelops_bundle.safe_path import CONFIG_PATH
from modelops_bundle.secret_text import looks_secret
from modelops_bundle.settings import Settings
from modelops_bundle.storage.config import KEYS
from modelops_bundle.storage.policy import choose_store
from modelops_bundle.tags import check_tag

LOCAL = ("remote", "repository", "tag")
THRESHOLD = "storage.threshold_bytes"
CONTAINER = "storage.container"
PATTERNS = ("storage.force_blob_patterns", "storage.force_oci_patterns")
STORAGE = tuple(f"storage.{key}" for key in KEYS)
ANNOTATIONS = "annotations."
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Option:
    """What an option is, and where that comes from: a file, a variable, an environment, or `default`."""

    key: str
    value: str
    origin: str


def read_options(project: Project, settings: Settings) -> dict[str, Option]:
    """Return what holds now, by key; options without any value are left out."""
    options = [*_local_options(project, settings), *_shared_options(project, settings)]
    return {option.key: option for option in options if option.value}


def read_option(project: Project, settings: Settings, key: str) -> Option:
    """Return what holds now; raise NotFound when the option has no value, and Invalid when there is none."""
    found = read_options(project, settings).get(check_key(key))
    if found is None:
        raise NotFound(f"option '{key}' is not set", hint=f"modelops-bundle config {key} VALUE")
    return found


def set_option(project: Project, key: str, text: str, directory: Path) -> None:
    """Set an option; a relative directory in it is resolved against `directory`. Raises Invalid.

    Patterns are separated by commas.
    """
    if not text:
        raise Invalid(f"no value for option '{key}'", hint=f"modelops-bundle config --unset {key}")
    if check_key(key) in LOCAL:
        with project.lock():
            local = read_local_config(project.local_path)
            write_local_config(project.local_path, _with(local, key, text, directory))
        return
    section, _, name = key.partition(".")

    def change(document: dict[str, Any]) -> None:
        values = document.get(section) or {}
        document[section] = {**values, name: _shared_value(key, text, values, directory)}

    _change_config(project, change)


def unset_option(project: Project, key: str) -> None:
    """Take an option back to its default; raise NotFound when its file does not have it."""
    if check_key(key) in LOCAL:
        with project.lock():
            if not (read_mapping(project.local_path) or {}).get(key):
                raise _not_set(key, project.local_path)
            default = getattr(LocalConfig(), key)
            local = replace(read_local_config(project.local_path), **{key: default})
            write_local_config(project.local_path, local)
        return
    section, _, name = key.partition(".")

    def change(document: dict[str, Any]) -> None:
        values = document.get(section) or {}
        if name not in values:
            raise _not_set(key, project.root / CONFIG_PATH)
        del values[name]
        if not values:
            del document[section]

    _change_config(project, change)


def check_key(key: str) -> str:
    """Return the key of an option; raise Invalid with a did-you-mean."""
    if key not in (*LOCAL, *STORAGE) and not (key.startswith(ANNOTATIONS) and key != ANNOTATIONS):
        raise unknown(key, (*LOCAL, *STORAGE, f"{ANNOTATIONS}NAME"), "option")
    return key


def _local_options(project: Project, settings: Settings) -> list[Option]:
    local, file = read_local_config(project.local_path), str(project.local_path)
    written = read_mapping(project.local_path) or {}
    choice = choose_remote(project, settings)
    if settings.repository:
        repository = Option("repository", settings.repository, "environment variable")
    elif local.repository:
        repository = Option("repository", local.repository, file)
    else:
        repository = Option("repository", repository_name(project.root.name), DEFAULT)
    return [
        Option("remote", choice.name if choice else "", choice.origin if choice else ""),
        repository,
        Option("tag", local.tag, file if written.get("tag") else DEFAULT),
    ]


def _shared_options(project: Project, settings: Settings) -> list[Option]:
    path = project.root / CONFIG_PATH
    config = parse_config(path.read_bytes(), str(path)) if path.is_file() else Config()
    written = (read_mapping(path) or {}).get("storage") or {}
    storage = config.storage
    choice = choose_store(storage, settings, environment_of(project, settings))
    # Where config.yaml does not say them, these two come from the environment.
    elsewhere = {
        "provider": (choice.shown_provider, choice.provider_origin),
        "container": (choice.shown_container, choice.container_origin),
    }
    found = {key: (_text_of(getattr(storage, key)), str(path) if key in written else DEFAULT) for key in KEYS}
    found |= {key: option for key, option in elsewhere.items() if key not in written}
    return [
        *(Option(f"storage.{key}", text, origin) for key, (text, origin) in found.items()),
        *(Option(f"{ANNOTATIONS}{key}", text, str(path)) for key, text in config.annotations.items()),
    ]


def _with(local: LocalConfig, key: str, text: str, directory: Path) -> LocalConfig:
    match key:
        case "remote":
            return replace(local, remote=_check_remote(text, directory))
        case "repository":
            return replace(local, repository=check_repository(text))
        case _:
            return replace(local, tag=check_tag(text))


def _check_remote(text: str, directory: Path) -> str:
    """Return the canonical name of a remote."""
    given = parse_remote_reference(text, directory)
    if given.tag or given.digest:
        tag = f"; modelops-bundle config tag {given.tag}" if given.tag else ""
        raise Invalid(
            f"a remote is named without tag and digest: '{text}'",
            hint=f"modelops-bundle config remote {given.remote}{tag}",
        )
    return given.remote


def _shared_value(key: str, text: str, section: Mapping[str, Any], directory: Path) -> Any:
    """Return what to write into `config.yaml`, given what the section says already."""
    if key == THRESHOLD:
        return _check_threshold(text)
    if key in PATTERNS:
        return [part.strip() for part in text.split(",") if part.strip()]
    if looks_secret(text):
        raise credential_given(f"option '{key}'")
    if key == CONTAINER and PROVIDERS.get(str(section.get("provider"))) is Scheme.DIRECTORY:
        return os.path.normpath(directory / text)
    return text


def _text_of(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value or "")


def _check_threshold(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,17}", text):
        raise Invalid(f"not a number of bytes: '{text}'", hint=f"modelops-bundle config {THRESHOLD} 52428800")
    return int(text)


def _change_config(project: Project, change: Callable[[dict[str, Any]], None]) -> None:
    """Change `config.yaml` under the lock; what would not be valid is refused before it is written."""
    path = project.root / CONFIG_PATH
    with project.lock():
        document: Mapping[str, Any] = read_mapping(path) or {"version": CONFIG_VERSION}
        changed = dict(document)
        change(changed)
        data = dump(changed)
        parse_config(data, str(path))
        write_file(path, data, flush=True)


def _not_set(key: str, path: Path) -> NotFound:
    return NotFound(f"option '{key}' is not set in '{path}'", hint="modelops-bundle config --list --show-origin")
