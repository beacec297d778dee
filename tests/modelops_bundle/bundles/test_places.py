"""Places are spelled shortly, read back, and refused when they cannot be."""

from typing import Any

import pytest

from modelops_bundle.bundles.places import (
    MAX_CHUNKS,
    NOWHERE,
    TITLED,
    External,
    LinkTarget,
    Place,
    Terms,
    label_of,
    place_from_json,
    place_to_json,
)
from modelops_bundle.bundles.tree import Mode, TreeEntry
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.files.canonical_json import MAX_INTEGER
from modelops_bundle.safe_path import UnsafePath
from tests.modelops_bundle.samples import digest_number

ONE, TWO = digest_number(1), digest_number(2)
LABELS = {label_of(pack): pack for pack in (ONE, TWO)}
FILE = TreeEntry("data/x", Mode.FILE, 9, digest_number(3))
EMPTY = TreeEntry("data/x", Mode.FILE, 0, digest_of(b""))
LINK = TreeEntry("data/x", Mode.LINK, 6, digest_of(b"target"))


@pytest.mark.parametrize(
    ("entry", "place", "value"),
    [
        (FILE, TITLED, "layer"),
        (EMPTY, NOWHERE, "empty"),
        (LINK, LinkTarget("target"), {"link": "target"}),
        (FILE, External("s3://b/k"), {"uri": "s3://b/k"}),
        (FILE, External("s3://b/k", "cool"), {"uri": "s3://b/k", "tier": "cool"}),
        (FILE, Terms(((ONE, 0, 1),)), {"terms": [[label_of(ONE), 0, 1]]}),
        (
            FILE._replace(mode=Mode.EXECUTABLE),
            Terms(((ONE, 3, 7), (TWO, 0, 1), (ONE, 0, 1)), 512),
            {"terms": [[label_of(ONE), 3, 7], [label_of(TWO), 0, 1], [label_of(ONE), 0, 1]], "skip": 512},
        ),
    ],
)
def test_a_place_is_read_back(entry: TreeEntry, place: Place, value: Any) -> None:
    assert place_to_json(place) == value
    assert place_from_json(value, entry, LABELS) == place


def test_a_label_is_short() -> None:
    assert label_of(Digest("sha256:" + "0123456789abcdef" * 4)) == "0123456789abcdef"


L = label_of(ONE)
HUGE = MAX_INTEGER


@pytest.mark.parametrize(
    "terms",
    [
        *([], [[]], [[L]], [[L, 0]], [[L, 0, 1, 2]], [L, 0, 1], [None], [{}], "", {}, None),
        *([[L, -1, 1]], [[L, 0, 0]], [[L, 0, -1]], [[L, 0.0, 1]], [[L, 0, True]], [[L, "0", 1]], [[L, None, 1]]),
        *([["0" * 16, 0, 1]], [[ONE, 0, 1]], [["", 0, 1]], [[None, 0, 1]], [[[], 0, 1]], [[L.upper(), 0, 1]]),
        *([[L, 0, HUGE]], [[L, HUGE, 1]], [[L, 0, MAX_CHUNKS + 1]], [[L, MAX_CHUNKS, 1]], [[L, 0, HUGE + 1]]),
    ],
    ids=repr,
)
def test_malformed_terms_are_refused(terms: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        place_from_json({"terms": terms}, FILE, LABELS)


@pytest.mark.parametrize("skip", [-1, 1.5, "1", True, None, HUGE + 1, []])
def test_a_malformed_skip_is_refused(skip: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        place_from_json({"terms": [[L, 0, 1]], "skip": skip}, FILE, LABELS)


def test_the_last_chunk_of_the_largest_pack_can_be_named() -> None:
    assert place_from_json({"terms": [[L, MAX_CHUNKS - 1, 1]]}, FILE, LABELS)
    assert place_from_json({"terms": [[L, 0, MAX_CHUNKS]]}, FILE, LABELS)


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        *((FILE, "empty"), (EMPTY, "layer"), (FILE, None), (FILE, "nowhere"), (FILE, {}), (FILE, []), (FILE, 1)),
        *(
            (FILE, {"link": "target"}),
            (LINK, "layer"),
            (LINK, {"terms": [[L, 0, 1]]}),
            (LINK, {"uri": "s3://b/k"}),
        ),
        *((LINK, {"link": "other!"}), (LINK, {"link": 7}), (FILE, {"uri": 7})),
        *((FILE, {"uri": "s3://b/k", "tier": 7}), (FILE, {"uri": "s3://b/k", "tier": None})),
        (EMPTY._replace(digest=ONE), "empty"),
        (FILE._replace(mode=Mode.LINK), {"link": "target"}),
    ],
    ids=repr,
)
def test_a_place_that_does_not_fit_its_file_is_refused(entry: TreeEntry, value: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        place_from_json(value, entry, LABELS)


def test_a_link_that_leads_out_is_refused() -> None:
    target = "../../etc/passwd"
    entry = TreeEntry("data/x", Mode.LINK, len(target), digest_of(target.encode()))
    with pytest.raises(UnsafePath):
        place_from_json({"link": target}, entry, LABELS)
