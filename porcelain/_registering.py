"""What became of entries, the same in every command that changes the registry."""

from modelops_bundle.models.entries import Entry, ModelRegistry
from modelops_bundle.models.registering.recording import Recorded
from modelops_bundle.models.registering.registration import How, Registered
from modelops_bundle.plumbing._session import Session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._render import print_json, say, talk
from modelops_bundle.safe_path import printable

_MARKS = {How.ADDED: "+", How.UPDATED: "~", How.REMOVED: "-"}


def show_change(session: Session, change: Registered, recorded: Recorded, dry_run: bool, as_json: bool) -> None:
    """Print a line for each entry that is another now, and tell on stderr what else there is to know."""
    if as_json:
        print_json(
            {
                **{how: [id for id, each in change.became.items() if each is how] for how in How},
                "tracked": recorded.tracked,
                "ignored": recorded.ignored,
                "gone": dict(change.gone),
                "others": change.others,
                "faults": {
                    path: {"line": each.line, "message": each.message} for path, each in change.faults.items()
                },
                "unread": dict(change.unread),
                "dry_run": dry_run,
            }
        )
    else:
        for id, how in change.became.items():
            if mark := _MARKS.get(how):
                say(f"{mark} {printable(id)}{_described(change.registry, id)}")
    _tell(session, change, recorded, dry_run)


def _described(registry: ModelRegistry, id: str) -> str:
    entry = registry.models.get(id) or registry.targets.get(id)
    return f"  {printable(entry.entrypoint)}  {dependencies(entry)}" if entry else ""


def dependencies(entry: Entry) -> str:
    """Return how many files an entry depends on, its own included."""
    return count_of(1 + len(entry.code) + len(entry.data), "file")


def _tell(session: Session, change: Registered, recorded: Recorded, dry_run: bool) -> None:
    for path, fault in change.faults.items():
        says = "not analysed" if fault.beyond_limits else "cannot be parsed"
        talk(session, f"warning: {says}: '{fault.place_in(path)}': {fault.message}; its bytes count")
    for id, arguments in change.unread.items():
        talk(session, f"warning: only running '{id}' tells {', '.join(arguments)}: it is left out")
    for id, wrong in change.gone.items():
        talk(session, f"warning: '{id}' {wrong}; it stays as it was")
    for entrypoint in change.others:
        talk(session, f"not registered: '{entrypoint}'")
    for path in recorded.ignored:
        talk(session, f"{'would track' if dry_run else 'tracked'} '{path}', which a rule ignores: it is needed")
    if recorded.tracked:
        files = count_of(len(recorded.tracked), "new file")
        talk(session, f"would track {files}" if dry_run else f"tracked {files}")
    if not recorded.written:
        talk(session, "nothing changed")
    elif dry_run:
        talk(session, "dry run: nothing was changed")
    elif set(change.became.values()) == {How.UNCHANGED}:
        talk(session, "no entry changed; registry.yaml is now as this program writes it, without comments")
