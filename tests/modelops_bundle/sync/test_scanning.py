"""Every tracked file is told of, with what is known of it, and so are those that are gone."""

from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.bundles.tree_diff import State
from modelops_bundle.checkout.index import Index, IndexEntry
from modelops_bundle.digest import digest_of
from modelops_bundle.storage.policy import Decision, Placement
from modelops_bundle.sync.scanning import UNREADABLE, ScannedFile, scanned_files
from modelops_bundle.sync.status import Standing, Status

SHA256 = bytes.fromhex(digest_of(b"1")[7:])
ENTRY = IndexEntry(0o100644, 1, 0, 0, 0, SHA256, bytes(32))
DIGEST = digest_of(b"1")


def status(index: dict[str, IndexEntry], states: dict[str, State], unreadable: dict[str, str]) -> Status:
    return Status(Index(index), None, None, states, Standing.AHEAD, unreadable)


def test_files_come_by_path_with_their_states() -> None:
    states = {"c": State.MODIFIED_LOCAL, "a": State.DELETED_REMOTE}
    found = list(scanned_files(status({"c": ENTRY, "b": ENTRY}, states, {}), None))
    assert found == [
        ScannedFile("a", "deleted-remote"),
        ScannedFile("b", "unchanged", 1, Mode.FILE, DIGEST),
        ScannedFile("c", "modified-local", 1, Mode.FILE, DIGEST),
    ]


def test_a_file_that_cannot_be_read_is_told_as_such_whatever_its_state_was() -> None:
    (found,) = scanned_files(status({"a": ENTRY}, {"a": State.MODIFIED_LOCAL}, {"a": "denied"}), None)
    assert (found.state, found.digest) == (UNREADABLE, DIGEST)


def test_only_what_is_tracked_has_a_place() -> None:
    asked: list[TreeEntry] = []

    def decide(entry: TreeEntry) -> Decision:
        asked.append(entry)
        return Decision(Placement.BLOB_STORE, "it is large")

    found = list(scanned_files(status({"a": ENTRY}, {"gone": State.DELETED_LOCAL}, {}), decide))
    assert [(file.place, file.why) for file in found] == [(Placement.BLOB_STORE, "it is large"), (None, "")]
    assert asked == [ENTRY.tree_entry("a")]
