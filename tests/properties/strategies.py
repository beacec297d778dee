"""What properties range over: paths, entries and trees as bundles may hold them."""

import hashlib

from hypothesis import strategies as st

from modelops_bundle.digest import PREFIX, Digest, digest_of
from modelops_bundle.safe_path import UnsafePath, check_collisions, check_path
from modelops_bundle.tree import Mode, Tree, TreeEntry, tree_of

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
    files = st.dictionaries(path or short_paths(), st.tuples(st.integers(0, 3), st.sampled_from(Mode)), max_size=6)
    return files.filter(_fits).map(
        lambda chosen: tree_of(entry(path, content, mode) for path, (content, mode) in chosen.items())
    )


def _fits(chosen: dict[str, tuple[int, Mode]]) -> bool:
    try:
        check_collisions(chosen)
    except UnsafePath:
        return False
    return True
