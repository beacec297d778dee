"""The versions that this checkout was in sync with, and the names that they have."""

from dataclasses import dataclass

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.tree import EMPTY
from modelops_bundle.bundles.tree_diff import differences
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.objects import ObjectMissing
from modelops_bundle.store.refs import HEAD
from modelops_bundle.sync.state import LogEntry, read_log


@dataclass(frozen=True, slots=True)
class Step:
    """One change of HEAD: what was noted down, the names of that version, and what is known of it.

    `files` is how many the version has and `changed` how many differ from the version before; None where the
    documents of a version are not here.
    """

    entry: LogEntry
    names: tuple[str, ...]
    files: int | None
    changed: int | None


def history(project: Project, limit: int = 0) -> list[Step]:
    """Return the last `limit` changes of HEAD (0: all of them), newest first."""
    log = read_log(project)
    shown = log[:limit] if limit else log
    names = names_of_versions(project)
    # One more, to compare the last one shown with.
    bundles = [_known(project, entry.digest) for entry in log[: len(shown) + 1]]
    befores = [*bundles[1:], None][: len(shown)]
    steps = []
    for at, (entry, bundle, before) in enumerate(zip(shown, bundles, befores, strict=False)):
        first = at == len(log) - 1
        known = bundle is not None and (before is not None or first)
        changed = len(differences(before.tree if before else EMPTY, bundle.tree)) if bundle and known else None
        files = bundle.config.files if bundle else None
        steps.append(Step(entry, tuple(names.get(entry.digest, ())), files, changed))
    return steps


def names_of_versions(project: Project) -> dict[Digest, list[str]]:
    """Return the names of each version: HEAD, our own tags, and `REMOTE:TAG` for what was last seen there."""
    names: dict[Digest, list[str]] = {}
    if project.head:
        names[project.head] = [HEAD]
    for ref, digest in project.refs:
        kind, _, rest = ref.partition("/")
        remote, _, tag = rest.rpartition("/")
        if kind in ("tags", "remotes"):
            names.setdefault(digest, []).append(f"{remote}:{tag}" if remote else tag)
    return names


def _known(project: Project, digest: Digest) -> Bundle | None:
    try:
        return project.bundle(digest)
    except ObjectMissing:
        return None
