"""Show where files go, and why."""

from collections.abc import Iterable, Mapping

from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.porcelain._render import human_size, table
from modelops_bundle.safe_path import printable
from modelops_bundle.storage.policy import Decision, Destination


def show_places(entries: Iterable[TreeEntry], decisions: Mapping[str, Decision], threshold: int) -> None:
    """Print where large files go, and all that go to a blob store; of the others, nobody wants a list."""
    rows = [
        (printable(entry.path), human_size(entry.size), decision.destination, decision.why)
        for entry in entries
        if (decision := decisions[entry.path]).destination is Destination.BLOB_STORE or entry.size >= threshold
    ]
    if rows:
        table(("File", "Size", "Place", "Why"), rows)


def places_json(decisions: Mapping[str, Decision]) -> dict[str, dict[str, str]]:
    """Return places and reasons by path, for `--json`."""
    return {path: {"place": decision.destination, "why": decision.why} for path, decision in decisions.items()}
