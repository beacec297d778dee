"""Whatever the gate for paths lets through stays inside the root, and no pair of names depends on the order."""

import errno
import os
import tempfile
from itertools import permutations
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.safe_path import UnsafePath, check_collisions, check_link, check_path
from tests.properties.strategies import short_paths

PARTS = st.sampled_from(["a", "b", "c", "..", ".", "", "d"])
TARGETS = st.lists(PARTS, min_size=1, max_size=6).map("/".join)
LINKS = st.dictionaries(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map("/".join), TARGETS)


def accepted(links: dict[str, str]) -> dict[str, str]:
    """Return the links that may all be part of one tree."""
    kept: dict[str, str] = {}
    for path, target in links.items():
        try:
            check_collisions([*kept, check_path(path)])
            kept[path] = check_link(path, target)
        except UnsafePath:
            continue
    return kept


@given(LINKS, TARGETS.filter(lambda walk: ".." not in walk and not walk.startswith("/")))
def test_no_way_through_accepted_links_leaves_the_root(links: dict[str, str], walk: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(os.path.realpath(directory), "x", "y", "root")
        root.mkdir(parents=True)
        kept = accepted(links)
        for path, target in kept.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).symlink_to(target)
        for path in kept:
            for way in (path, f"{path}/{walk}", walk):
                if _loops(f"{root}/{way}"):
                    continue
                end = os.path.realpath(f"{root}/{way}")
                assert Path(end).is_relative_to(root), f"{way} leads to {end}"


def _loops(path: str) -> bool:
    """Tell whether symlinks lead round in a circle, where realpath has no answer."""
    try:
        os.stat(path)
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


@given(st.lists(short_paths(), max_size=4, unique=True))
def test_collisions_do_not_depend_on_the_order(paths: list[str]) -> None:
    def collide(order: tuple[str, ...]) -> bool:
        try:
            check_collisions(order)
        except UnsafePath:
            return True
        return False

    assert len({collide(order) for order in permutations(paths)}) == 1
