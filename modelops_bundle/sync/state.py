"""What we remember of a remote: what its tags named, and which of that the working tree holds."""

import os
import time
from dataclasses import dataclass

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest, is_digest
from modelops_bundle.store.refs import HEAD, base_ref, remote_ref, sent_ref

LOG = "logs/HEAD"
MAX_LOG_BYTES = 4 << 20
"""Of a longer log, the newest entries are read: some 25,000."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change of HEAD: seconds since the epoch, the command, the version, and `remote:tag`."""

    time: int
    command: str
    digest: Digest
    where: str


@dataclass(frozen=True, slots=True)
class Synced:
    """What a working tree is in sync with: HEAD, and the base of a tag."""

    head: Digest | None
    base: Digest | None


def synced(project: Project, remote: str, tag: str) -> Synced:
    """Return what the working tree is in sync with now; `tag` is empty for a version named by digest."""
    return Synced(project.head, project.refs.read(base_ref(remote, tag)) if tag else None)


def base_of(project: Project, remote: str, tag: str, named: Digest | None = None) -> Digest | None:
    """Return the version of a tag that the working tree has the changes of, else the version it came from.

    `named` is what the tag names now. It is the base, too, if a push from here moved the tag there and was
    killed before it could remember that.
    """
    if named and named == project.refs.read(sent_ref(remote, tag)):
        return named
    return project.refs.read(base_ref(remote, tag)) or project.head


def record_seen(project: Project, remote: str, tag: str, digest: Digest | None) -> None:
    """Remember what a remote's tag names now."""
    name = remote_ref(remote, tag)
    if digest is None:
        project.refs.delete(name)
    elif project.refs.read(name) != digest:
        project.refs.update(name, digest)


def record_sending(project: Project, remote: str, tag: str, digest: Digest) -> None:
    """Remember that a tag will name a version of the working tree; `record_sync` tells that it does."""
    project.refs.update(sent_ref(remote, tag), digest)


def record_sync(project: Project, remote: str, tag: str, digest: Digest, command: str, *, switched: bool) -> None:
    """Remember that the working tree is in sync with a version; call with the project's lock held.

    `tag` is empty for a version that was named by digest. `switched` says that the working tree was replaced,
    not merged: then it holds the changes of no other tag any more.
    """
    if switched:
        for name in project.refs.names():
            if name.startswith(("bases/", "sent/")):
                project.refs.delete(name)
    if tag:
        record_seen(project, remote, tag, digest)
        project.refs.update(base_ref(remote, tag), digest)
        project.refs.delete(sent_ref(remote, tag))
    if project.head != digest:
        project.refs.update(HEAD, digest)
        log_head(project, command, digest, f"{remote}:{tag}" if tag else remote)


def log_head(project: Project, command: str, digest: Digest, where: str) -> None:
    """Note down a change of HEAD; call with the project's lock held."""
    path = project.directory / LOG
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8", errors="surrogateescape") as stream:
        stream.write(f"{int(time.time())}\t{command}\t{digest}\t{where}\n")


def read_log(project: Project) -> list[LogEntry]:
    """Return the changes of HEAD, newest first; lines that a crash cut short are left out."""
    try:
        with (project.directory / LOG).open("rb") as stream:
            skipped = max(0, os.fstat(stream.fileno()).st_size - MAX_LOG_BYTES)
            stream.seek(skipped)
            text = stream.read(MAX_LOG_BYTES).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return []
    entries = []
    # The first line that follows what was skipped may be half a line.
    for line in text.split("\n")[bool(skipped) :]:
        fields = line.split("\t")
        if len(fields) == 4 and fields[0].isdecimal() and is_digest(fields[2]):
            entries.append(LogEntry(int(fields[0]), fields[1], Digest(fields[2]), fields[3]))
    return entries[::-1]
