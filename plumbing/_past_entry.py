"""What a version says of a model or target, with the old content of what changed since, fetched where need be."""

from collections.abc import Iterable

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.errors import NotFound
from modelops_bundle.fetching.contents import fetch_contents
from modelops_bundle.models.entries import Entry, ModelRegistry, digests_of
from modelops_bundle.models.past_entry import entry_in, path_in, with_meaning
from modelops_bundle.models.registering.surroundings import Surroundings
from modelops_bundle.models.registry_yaml.file import MAX_BYTES, parse_registry
from modelops_bundle.plumbing._session import Session
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.storage.config import DEFAULT_THRESHOLD


def past_entry(session: Session, bundle: Bundle, remote: str, now: Entry, around: Surroundings) -> Entry:
    """Return a model or target as a version has it; raise NotFound when that has no file of it.

    What changed since is fetched, but for large files.
    """
    objects = session.project.objects
    _fetch(session, bundle, remote, [REGISTRY_PATH], MAX_BYTES)
    own = bundle.tree.get(REGISTRY_PATH)
    what = f"{REGISTRY_PATH} of '{bundle.digest}'"
    registry = parse_registry(objects.read(own.digest), what) if own and own.size else ModelRegistry()
    then = entry_in(bundle, registry, now)
    digests = digests_of(then)
    if not digests[then.path]:
        raise NotFound(f"'{then.path}' is not in '{bundle.digest}'", hint="modelops-bundle log")
    changed = [path for path, digest in digests.items() if digest != around.sources.digest(path)]
    _fetch(session, bundle, remote, changed, DEFAULT_THRESHOLD)
    return with_meaning(then, changed, objects)


def _fetch(session: Session, bundle: Bundle, remote: str, paths: Iterable[str], limit: int) -> None:
    """Bring the content of files of a version here that is not, without those of more bytes than `limit`."""
    project = session.project
    entries = [bundle.tree[real] for path in paths if (real := path_in(bundle, path)) in bundle.tree]
    wanted = [each.path for each in entries if 0 < each.size <= limit and each.digest not in project.objects]
    if wanted:
        with session.remote(remote) as opened:
            fetch_contents(project, session.origin(opened), bundle, wanted)
