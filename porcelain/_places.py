"""Show where files go, and why."""

from collections.abc import Iterable, Mapping

from modelops_bundle.bundles.tree import TreeEntry
from modelops_bundle.bundles.tree_diff import LOCAL_STATES
from modelops_bundle.errors import shortened
from modelops_bundle.plumbing._session import Session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._render import human_size, table, talk
from modelops_bundle.pushing.outgoing import Outgoing
from modelops_bundle.pushing.placing import Move, moves_of, stays_of
from modelops_bundle.safe_path import CONFIG_PATH, printable
from modelops_bundle.storage.policy import NO_PROVIDER, Decision, Placement


def tell_moves(session: Session, outgoing: Outgoing, *, dry_run: bool) -> None:
    """Tell which files a push puts elsewhere than before, and, where that may surprise, which it leaves."""
    if outgoing.up_to_date:
        return
    goes, moves = "would go" if dry_run else "goes", moves_of(session.project, outgoing, session.storage)
    for line in shortened([_line(move, goes) for move in moves]):
        talk(session, line)
    if any(move.why.startswith(NO_PROVIDER) for move in moves):
        talk(session, "name a blob store: modelops-bundle env use NAME, or config storage.provider")
    if dry_run or outgoing.plan.states.get(CONFIG_PATH) in LOCAL_STATES:
        stays = stays_of(session.project, outgoing, session.storage)
        size = human_size(sum(entry.size for entry in stays))
        if stays:
            files = count_of(len(stays), "unchanged file")
            talk(session, f"{files}, {size}, where published before: push --relocate moves them")


def _line(move: Move, goes: str) -> str:
    before = f", and was in {move.before}" if move.before else ""
    return f"'{move.path}' {goes} to {move.after}{before}: {move.why}"


def moves_json(session: Session, outgoing: Outgoing) -> list[dict[str, str]]:
    """Return the files that a push puts elsewhere than before."""
    moves = () if outgoing.up_to_date else moves_of(session.project, outgoing, session.storage)
    moved = [move for move in moves if move.before]
    return [{"path": move.path, "from": move.before, "to": move.after, "why": move.why} for move in moved]


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
