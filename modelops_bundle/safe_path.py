"""The one gate for paths: what may be tracked, and what may be written where.

A bundle path is relative to the root, POSIX, UTF-8 in NFC, and can exist on every file system that we
support. A symlink stays inside the tree: `..` may only lead its target, so that following it one component
at a time never leaves the root, whatever other links the tree holds (oras-go GHSA-8xwf-rjm4-xvhv).
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NoReturn

from modelops_bundle.errors import Invalid

METADATA_DIR = ".modelops-bundle"
AREA = ".mops"
"""The directory beside what was materialized, with pointers and provenance; never tracked."""
CONFIG_PATH = f"{METADATA_DIR}/config.yaml"
REGISTRY_PATH = f"{METADATA_DIR}/registry.yaml"
IGNORE_FILE = ".modelopsignore"
TRAVELLING = frozenset({CONFIG_PATH, REGISTRY_PATH})
"""The only paths inside the metadata directory that are part of a tree."""

MAX_PATH_BYTES = 4096
MAX_COMPONENT_BYTES = 255
MAX_DEPTH = 128
MAX_TARGET_BYTES = 4095
"""What Linux takes for the target of a symlink."""

_NAME = "[A-Za-z0-9_][A-Za-z0-9_.+=@-]{0,200}"
_ORDINARY = re.compile(f"(?:{_NAME}/){{0,100}}{_NAME}")
"""Nearly every path; what it matches needs no closer look, which counts with 100,000 of them."""
_RESERVED = frozenset({".git", METADATA_DIR, AREA, "git~1"})
_IGNORABLE = dict.fromkeys([*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF])
"""Code points that HFS+ drops from names: `.g\u200cit` is `.git` there (CVE-2014-9390)."""
_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


class UnsafePath(Invalid):
    """A path that must not be tracked or written."""


def check_path(path: str) -> str:
    """Return `path` if it is a safe bundle path; raise UnsafePath saying what is wrong with it."""
    if _ORDINARY.fullmatch(path) and len(path) <= MAX_PATH_BYTES and os.name != "nt":
        return path
    if path in TRAVELLING:
        return path
    if not is_utf8(path):
        _refuse(path, "its name is not UTF-8")
    if not path or len(path.encode("utf-8")) > MAX_PATH_BYTES:
        _refuse(path, f"a path has 1 to {MAX_PATH_BYTES} bytes")
    if path.startswith("/") or "\\" in path or re.match(r"[A-Za-z]:[/\\]", path):
        _refuse(path, "it is not a relative path with '/'")
    if not unicodedata.is_normalized("NFC", path):
        _refuse(path, "its name is not in Unicode normal form C")
    if any(unicodedata.category(character) == "Cc" for character in path):
        _refuse(path, "it holds control characters")
    components = path.split("/")
    if len(components) > MAX_DEPTH:
        _refuse(path, f"it is deeper than {MAX_DEPTH} directories")
    for component in components:
        _check_component(path, component)
    return path


def _check_component(path: str, component: str) -> None:
    if component in ("", ".", ".."):
        _refuse(path, f"a component is '{component}'")
    if len(component.encode()) > MAX_COMPONENT_BYTES:
        _refuse(path, f"a component is longer than {MAX_COMPONENT_BYTES} bytes")
    if component.translate(_IGNORABLE).casefold().rstrip(". ") in _RESERVED:
        _refuse(path, f"'{printable(component)}' is reserved")
    if os.name == "nt" and (
        _WINDOWS_DEVICE.fullmatch(component) or component[-1] in ". " or set(component) & set('<>:"|?*')
    ):
        _refuse(path, f"Windows cannot hold a file called '{component}'")


def _refuse(path: str, reason: str) -> NoReturn:
    raise UnsafePath(f"unsafe path '{printable(path)}': {reason}", hint="rename it, or add it to .modelopsignore")


def check_link(path: str, target: str) -> str:
    """Return the target of the symlink at `path` if it stays inside the tree; raise UnsafePath otherwise."""
    components = [part for part in target.split("/") if part not in ("", ".")]
    ups = next((at for at, part in enumerate(components) if part != ".."), len(components))
    rest = components[ups:]
    if not target or target.startswith("/") or ups > path.count("/"):
        reason = "points outside the project"
    elif len(target.encode("utf-8", "surrogatepass")) > MAX_TARGET_BYTES:
        reason = f"is longer than {MAX_TARGET_BYTES} bytes"
    elif ".." in rest:
        reason = "must have its '..' in front"
    elif any(part.casefold() in _RESERVED for part in rest):
        reason = "points into a reserved directory"
    else:
        check_path("/".join(rest) or "x")
        return target
    raise UnsafePath(
        f"symlink '{printable(path)}' -> '{printable(target)}' {reason}",
        hint="replace the link by the file, or add it to .modelopsignore",
    )


def check_collisions(paths: Iterable[str]) -> None:
    """Raise UnsafePath when two paths cannot exist side by side on some file system.

    That is: they differ only in case or Unicode form, or one is a directory of the other.
    """
    files = dict.fromkeys(paths)
    directories: dict[str, None] = {}
    for path in files:
        parent = path.rpartition("/")[0]
        while parent and parent not in directories:
            directories[parent] = None
            parent = parent.rpartition("/")[0]
    if len({_fold(path) for path in (*files, *directories)}) == len(files) + len(directories):
        return
    spelled: dict[str, str] = {}
    for path in (*files, *directories):
        _claim(spelled, path)
    for path in directories.keys() & files.keys():
        raise UnsafePath(f"'{printable(path)}' is both a file and a directory", hint="rename one of them")


def _claim(spelled: dict[str, str], path: str) -> None:
    other = spelled.setdefault(_fold(path), path)
    if other != path:
        raise UnsafePath(
            f"'{printable(other)}' and '{printable(path)}' are one name on a case-insensitive file system",
            hint="rename one of them",
        )


def _fold(path: str) -> str:
    """Return what all spellings of a path have in common that some file system takes for one."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path.casefold())


def collisions(new: Iterable[str], present: Iterable[str]) -> dict[str, str]:
    """Return the new paths that cannot stand beside those present, each with one that it collides with."""
    files = {_fold(path): path for path in present}
    directories = {_fold(above): (above, path) for path in files.values() for above in parents_of(path)}
    found = {}
    for path in new:
        if other := files.get(_fold(path)):
            found[path] = other
        elif inside := directories.get(_fold(path)):
            found[path] = inside[1]
        for above in parents_of(path):
            if other := files.get(_fold(above)):
                found[path] = other
            elif (inside := directories.get(_fold(above))) and inside[0] != above:
                found[path] = inside[1]
    return found


def parents_of(path: str) -> Iterator[str]:
    """Yield the directories above a bundle path, the nearest first."""
    parent = path.rpartition("/")[0]
    while parent:
        yield parent
        parent = parent.rpartition("/")[0]


def is_below(path: str, names: Iterable[str]) -> bool:
    """Tell whether a bundle path is one of `names`, or lies in a directory of that name; '.' is the root."""
    return any(name in (path, ".") or path.startswith(f"{name}/") for name in names)


def is_utf8(path: str) -> bool:
    """Tell whether a path is text; a file system may hold names that are none."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def printable(path: str) -> str:
    """Return a path with everything that could disturb a terminal escaped."""
    if path.isprintable():
        return path
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in path)
