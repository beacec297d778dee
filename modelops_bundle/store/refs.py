"""Refs: names for manifest digests. A ref changes only under a lock, and only from the expected value.

    HEAD                     the version that the working tree was last in sync with
    tags/<tag>               our own names for versions
    remotes/<remote>/<tag>   what we last saw a tag of a remote name
    bases/<remote>/<tag>     the version of that tag that the working tree holds the changes of
    sent/<remote>/<tag>      the version that a push is about to make that tag name; gone when the push has ended

Each is a file of one digest and a newline below `.modelops-bundle`; a remote's name is one path component,
with `/` and `%` percent-encoded. `logs/HEAD` keeps one line for every change of HEAD.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from modelops_bundle.digest import Digest, is_digest
from modelops_bundle.errors import Busy, IntegrityError, Invalid
from modelops_bundle.files.durable import write_file
from modelops_bundle.files.lockfile import hold
from modelops_bundle.tags import check_tag

HEAD = "HEAD"
_KINDS = ("tags", "remotes", "bases", "sent")
_MAX_FOLDER = 200
_MAX_BYTES = 256
"""Far more than a digest takes; of a longer file, the beginning shows that it holds none."""


class RefChanged(Busy):
    """A ref is not what the caller expected: another process changed it."""


@dataclass(frozen=True, slots=True)
class AnyValue:
    """Says that an update expects nothing."""


ANY = AnyValue()


@dataclass(frozen=True, slots=True)
class RefChange:
    """One ref and what it shall name: None deletes it. `expected` is what it must name before (None: nothing)."""

    name: str
    new: Digest | None
    expected: Digest | AnyValue | None = ANY


def tag_ref(tag: str) -> str:
    """Return the name of a local tag."""
    return f"tags/{check_tag(tag)}"


def remote_ref(remote: str, tag: str) -> str:
    """Return the name under which we keep what a remote's tag was last seen to name."""
    return f"remotes/{remote}/{check_tag(tag)}"


def base_ref(remote: str, tag: str) -> str:
    """Return the name of the version of a remote's tag that the working tree was last in sync with."""
    return f"bases/{remote}/{check_tag(tag)}"


def sent_ref(remote: str, tag: str) -> str:
    """Return the name of the version that a push of the working tree is about to make a remote's tag name."""
    return f"sent/{remote}/{check_tag(tag)}"


class RefStore:
    """The refs below a project's metadata directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def read(self, name: str) -> Digest | None:
        """Return what a ref names, or None; raise IntegrityError when its file holds no digest."""
        path = self.path(name)
        try:
            with path.open("rb") as stream:
                text = stream.read(_MAX_BYTES).decode("ascii", "replace").strip()
        except FileNotFoundError:
            return None
        if not is_digest(text):
            raise IntegrityError(
                f"ref '{name}' holds no digest: '{path}'",
                hint=f"modelops-bundle update-ref -d {name}, then modelops-bundle pull",
            )
        return Digest(text)

    def update(self, name: str, new: Digest, expected: Digest | AnyValue | None = ANY) -> None:
        """Make a ref name `new`, flushed to disk, if it still names `expected` (None: does not exist).

        Raises RefChanged when it does not.
        """
        self.change([RefChange(name, new, expected)])

    def delete(self, name: str, expected: Digest | AnyValue | None = ANY) -> bool:
        """Remove a ref and tell whether it was there; raise RefChanged when it does not name `expected`."""
        return self.change([RefChange(name, None, expected)]) > 0

    def change(self, changes: Sequence[RefChange]) -> int:
        """Make several changes and return how many refs were touched; none is, unless each is as expected.

        Raises RefChanged, and Invalid when a ref occurs twice.
        """
        paths = {change.name: self.path(change.name) for change in changes}
        if len(paths) != len(changes):
            twice = next(name for name in paths if sum(change.name == name for change in changes) > 1)
            raise Invalid(f"ref '{twice}' would be changed twice", hint="name each ref once")
        with hold(self._directory / "locks" / "refs"):
            for change in changes:
                self._expect(change.name, change.expected)
            return sum(_write(paths[change.name], change.new) for change in changes)

    def _expect(self, name: str, expected: Digest | AnyValue | None) -> None:
        if isinstance(expected, AnyValue):
            return
        found = self.read(name)
        if found != expected:
            raise RefChanged(
                f"ref '{name}' is {found or 'absent'}, expected {expected or 'none'}",
                hint=f"look at it, then decide again: modelops-bundle for-each-ref '{name}'",
            )

    def names(self) -> list[str]:
        """Return the name of every ref but HEAD, sorted."""
        names = []
        for kind in _KINDS:
            top = self._directory / "refs" / kind
            for folder, _, files in os.walk(top):
                remote = _remote_of(Path(folder).relative_to(top).parts)
                for file in files:
                    name = "/".join([kind, *remote, file])
                    # What is no ref, say an editor's backup, must not keep anybody from listing the others.
                    with suppress(Invalid):
                        if self.path(name) == Path(folder, file):
                            names.append(name)
        return sorted(names)

    def __iter__(self) -> Iterator[tuple[str, Digest]]:
        """Yield every ref but HEAD with its digest, sorted by name."""
        for name in self.names():
            digest = self.read(name)
            if digest:
                yield name, digest

    def path(self, name: str) -> Path:
        """Return the file of a ref, whether it exists or not; raise Invalid when there is no such name."""
        if name == HEAD:
            return self._directory / HEAD
        kind, _, rest = name.partition("/")
        remote, _, tag = rest.rpartition("/")
        if kind not in _KINDS or bool(remote) != (kind != "tags") or remote in (".", ".."):
            raise Invalid(
                f"not a ref: '{name}'",
                hint="a ref is HEAD, tags/<tag>, or one of remotes, bases and sent with /<remote>/<tag>",
            )
        check_tag(tag)
        return self._directory.joinpath("refs", kind, *_folders_of(remote), tag)


def _folders_of(remote: str) -> list[str]:
    """Return the directories that stand for a remote: one, unless its name is too long for a file name.

    Each further one begins with `+`, as no tag does.
    """
    text = quote(remote, safe=":@._-~+ ", errors="surrogateescape")
    parts = [text[at : at + _MAX_FOLDER] for at in range(0, len(text), _MAX_FOLDER)]
    return parts[:1] + [f"+{part}" for part in parts[1:]]


def _remote_of(folders: Sequence[str]) -> list[str]:
    """Return the remote that directories stand for, as a list of one; empty without directories."""
    text = "".join([*folders[:1], *(part[1:] for part in folders[1:])])
    return [unquote(text, errors="surrogateescape")] if folders else []


def _write(path: Path, new: Digest | None) -> bool:
    """Write or remove a ref's file and tell whether anything was touched; call with the lock held."""
    if new:
        write_file(path, f"{new}\n".encode(), flush=True)
        return True
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    with suppress(OSError):
        path.parent.rmdir()
    return True
