"""What a push makes of the registry: what is stale is registered anew, what is broken forbids it."""

from dataclasses import replace

import pytest

from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.digest import Digest
from modelops_bundle.models.dependencies import Present
from modelops_bundle.models.entries import ModelEntry
from modelops_bundle.models.findings import About, Kind
from modelops_bundle.models.overview import Assessed
from modelops_bundle.models.registering.registration import Registered
from modelops_bundle.models.renewal import BrokenModels, Renewal, written_since
from tests.modelops_bundle.models.registered import assessed, digest, edited, model, overview

SEIR = model()


def renewal(found: Assessed, now: ModelEntry = SEIR) -> Renewal:
    seen = overview(found)
    return Renewal(seen, (), Registered(replace(seen.registry, models={"seir": now})))


def tree(entry: ModelEntry) -> Tree:
    """Return a tree with the files of an entry as they were registered."""
    digests = {entry.path: entry.model_digest, **entry.code_digests, **entry.data_digests}
    return tree_of(TreeEntry(path, Mode.FILE, 1, Digest(each)) for path, each in digests.items())


def test_it_is_due_when_an_entry_is_another_now() -> None:
    assert not renewal(assessed(SEIR)).due
    assert renewal(assessed(SEIR), edited(SEIR, "models/seir.py", meaning=False)).due


def test_it_tells_what_was_stale_and_nothing_of_formatting() -> None:
    stale, formatted = edited(SEIR, "data/people.csv"), edited(SEIR, "models/seir.py", meaning=False)
    assert renewal(assessed(SEIR, Present(stale)), stale).stale == {"seir": "1 modified"}
    assert renewal(assessed(SEIR, Present(formatted)), formatted).stale == {}


def test_every_finding_that_forbids_a_push_is_named() -> None:
    about = About(Kind.MODEL, "seir", "models/seir.py", 3)
    findings = (
        about.error("syntax-error", "invalid syntax", "correct it", "models/seir.py", 7),
        about.error("missing-file", "data of 'seir' is missing", "restore it", "data/people.csv"),
        about.error("stale", "code changed", "refresh"),
        about.warning("empty-outputs", "no outputs", "declare them"),
    )
    with pytest.raises(BrokenModels) as error:
        replace(renewal(assessed(SEIR)), findings=findings).check()
    assert error.value.details == (
        "models/seir.py:7: invalid syntax",
        "data/people.csv: data of 'seir' is missing",
    )
    assert (error.value.exit_code, "'seir'" in error.value.message) == (2, True)
    replace(renewal(assessed(SEIR)), findings=findings[2:]).check()


def test_a_file_that_was_written_after_the_look_is_noticed() -> None:
    found = renewal(assessed(SEIR))
    taken = tree(SEIR)
    assert written_since(found, taken) == ""
    taken["data/people.csv"] = taken["data/people.csv"]._replace(digest=Digest(digest("other")))
    assert written_since(found, taken) == "data/people.csv"


def test_a_link_is_registered_by_what_it_leads_to() -> None:
    taken = tree(SEIR)
    taken["data/people.csv"] = TreeEntry("data/people.csv", Mode.LINK, 1, Digest(digest("target")))
    assert written_since(renewal(assessed(SEIR)), taken) == ""


def test_what_is_broken_is_not_expected_to_agree() -> None:
    broken = assessed(SEIR, Present(SEIR, class_found=False))
    assert written_since(renewal(broken), tree_of([])) == ""
    taken = tree(SEIR)
    taken["models/seir.py"] = taken["models/seir.py"]._replace(digest=Digest(digest("other")))
    assert written_since(renewal(broken), taken) == ""
