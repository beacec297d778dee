"""What properties range over: paths, entries and trees as bundles may hold them."""

import hashlib

from hypothesis import strategies as st

from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.digest import PREFIX, Digest, digest_of
from modelops_bundle.safe_path import UnsafePath, check_path, collisions

_LETTERS = st.one_of(
    st.sampled_from("abcAB0._- ~"),
    st.characters(codec="utf-8", exclude_characters="/\\"),
)
NAMES = st.text(_LETTERS, min_size=1, max_size=12)


def _is_path(text: str) -> bool:
    try:
        check_path(text)
    except UnsafePath:
        return False
    return True


def paths() -> st.SearchStrategy[str]:
    """Paths that a bundle may hold."""
    return st.lists(NAMES, min_size=1, max_size=4).map("/".join).filter(_is_path)


def short_paths() -> st.SearchStrategy[str]:
    """Paths from few names, so that they meet: same paths, files above files, names that differ in case."""
    return st.lists(st.sampled_from(["a", "b", "c", "A", "é"]), min_size=1, max_size=3).map("/".join)


def digests() -> st.SearchStrategy[Digest]:
    """Digests of few contents, so that they meet."""
    return st.integers(0, 3).map(lambda n: digest_of(b"%d" % n))


def raw_digests() -> st.SearchStrategy[bytes]:
    """Raw sha256 or BLAKE3 digests."""
    return st.binary(min_size=32, max_size=32)


def entry(path: str, content: int, mode: Mode = Mode.FILE) -> TreeEntry:
    """Return an entry whose content is the number `content`."""
    data = b"%d" % content
    return TreeEntry(path, mode, len(data), Digest(PREFIX + hashlib.sha256(data).hexdigest()))


def trees(path: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Tree]:
    """Trees whose paths can stand side by side."""
    files = st.tuples(short_paths() if path is None else path, st.integers(0, 3), st.sampled_from(Mode))
    return st.lists(files, max_size=6).map(_largest_tree)


def _largest_tree(files: list[tuple[str, int, Mode]]) -> Tree:
    """Return the tree of those files that can stand beside the ones before them."""
    kept: dict[str, TreeEntry] = {}
    for path, content, mode in files:
        if path not in kept and not collisions([path], kept):
            kept[path] = entry(path, content, mode)
    return tree_of(kept.values())
