"""Show where files go, and why."""

from collections.abc import Iterable, Mapping

from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.porcelain._render import human_size, table
from modelops_bundle.safe_path import printable
from modelops_bundle.storage.policy import Decision, Placement


def show_places(entries: Iterable[TreeEntry], decisions: Mapping[str, Decision], threshold: int) -> None:
    """Print where large files go, and all that go to a blob store; of the others, nobody wants a list."""
    rows = [
        (printable(entry.path), human_size(entry.size), place_text(it.placement, it.tier), it.why)
        for entry in entries
        if (it := decisions[entry.path]).placement is Placement.BLOB_STORE or entry.size >= threshold
    ]
    if rows:
        table(("File", "Size", "Place", "Why"), rows)


def place_text(place: Placement, tier: str | None) -> str:
    """Return where a file goes for people, such as `blob store (cool)`."""
    return f"{place} ({printable(tier)})" if tier else place


def place_json(place: Placement, why: str, tier: str | None) -> dict[str, str]:
    """Return where a file goes for `--json`, and why; a tier only where one is chosen."""
    return {"place": place, "why": why, **({"tier": tier} if tier else {})}


def places_json(decisions: Mapping[str, Decision]) -> dict[str, dict[str, str]]:
    """Return where files go, by path, for `--json`."""
    return {path: place_json(it.placement, it.why, it.tier) for path, it in decisions.items()}
