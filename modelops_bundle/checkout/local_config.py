"""`local.yaml`: what is true of this checkout only. It is never part of a bundle."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path

from modelops_bundle.errors import Invalid
from modelops_bundle.files.durable import write_file
from modelops_bundle.files.yaml_file import check_keys, check_version, dump, read_mapping
from modelops_bundle.tags import check_tag

VERSION = 1
DEFAULT_TAG = "latest"
_KEYS = ("version", "remote", "repository", "tag")


@dataclass(frozen=True, slots=True)
class LocalConfig:
    """Where this checkout pushes to.

    `remote` is a whole remote; without one, `repository` is the name below the environment's registry.
    """

    remote: str = ""
    repository: str = ""
    tag: str = DEFAULT_TAG


def read_local_config(path: Path) -> LocalConfig:
    """Read the file, defaults where it is silent; raise Invalid naming the key."""
    value = read_mapping(path)
    if value is None:
        return LocalConfig()
    check_version(value, VERSION, str(path))
    check_keys(value, _KEYS, str(path))
    for key in ("remote", "repository", "tag"):
        if not isinstance(value.get(key, ""), str):
            raise Invalid(f"{key} in '{path}' is not text: {value[key]!r}", hint=f"correct '{path}'")
    tag = check_tag(value.get("tag") or DEFAULT_TAG)
    return LocalConfig(value.get("remote", ""), value.get("repository", ""), tag)


def write_local_config(path: Path, local: LocalConfig) -> None:
    """Replace the file in one step, flushed to disk; what has its default value is left out."""
    defaults = asdict(LocalConfig())
    values = {key: text for key, text in asdict(local).items() if text != defaults[key]}
    write_file(path, dump({"version": VERSION, **values}), flush=True)


def repository_name(directory: str) -> str:
    """Return a repository name made from a directory's name, as registries allow it."""
    name = re.sub(r"[^a-z0-9._-]+", "-", directory.lower())
    return re.sub(r"[._-]{2,}", "-", name).strip("._-") or "bundle"
