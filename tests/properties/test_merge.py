"""On disk, too: a merge loses nobody's work, and ends with what it promised or without having begun."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import Mode, Tree, TreeEntry, tree_of
from modelops_bundle.checkout.project import Project
from modelops_bundle.checkout.writing import Checkout
from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.errors import WorkingTreeConflict
from modelops_bundle.safe_path import collisions
from modelops_bundle.sync.merge import merge
from modelops_bundle.sync.plan import PullOptions
from tests.modelops_bundle.samples import everything_below, track
from tests.properties.strategies import entry
from tests.support.bundles import titled_bundle

PATHS = st.sampled_from(["a", "b", "a/b", "b/a", "a/b/c", "c"])
OPTIONS = st.builds(PullOptions, st.booleans(), st.booleans())
OWN = 10
"""Content from this number on was never published."""
MODES = (Mode.FILE, Mode.EXECUTABLE, Mode.LINK)
PUBLISHED = st.none() | st.integers(0, 2)
ON_DISK = PUBLISHED | st.integers(OWN, OWN + 2)
SITUATIONS = st.dictionaries(PATHS, st.tuples(PUBLISHED, PUBLISHED, ON_DISK, PUBLISHED), max_size=5)
"""What each path holds in the base, in the index, on disk, and at the remote."""


def column(situations: Mapping[str, tuple[int | None, ...]], number: int) -> Tree:
    """Return one of the four trees, without those paths that cannot stand beside the ones before them."""
    kept: dict[str, TreeEntry] = {}
    for path, contents in situations.items():
        held = contents[number]
        if held is not None and not collisions([path], kept):
            kept[path] = entry(path, held, MODES[held % OWN])
    return tree_of(kept.values())


def content(one: TreeEntry) -> bytes:
    """Return what an entry of the strategies holds; a link leads to the file of that name."""
    return next(b"%d" % number for number in range(2 * OWN) if digest_of(b"%d" % number) == one.digest)


def write(root: Path, tree: Tree) -> None:
    """Put the files of a tree on disk."""
    for path, one in tree.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if one.mode is Mode.LINK:
            target.symlink_to(content(one).decode())
        else:
            target.write_bytes(content(one))
            target.chmod(0o755 if one.mode is Mode.EXECUTABLE else 0o644)


def clear(root: Path) -> None:
    """Remove all files of a project."""
    for path in root.iterdir():
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.name != ".modelops-bundle":
            shutil.rmtree(path)


def read(root: Path) -> Tree:
    """Return what is on disk outside the metadata directory as a tree."""
    entries = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".modelops-bundle"]
        for name in (*files, *(name for name in folders if os.path.islink(f"{folder}/{name}"))):
            full = Path(folder, name)
            path = full.relative_to(root).as_posix()
            if full.is_symlink():
                data, mode = os.readlink(os.fsencode(full)), Mode.LINK
            else:
                data = full.read_bytes()
                mode = Mode.EXECUTABLE if full.stat().st_mode & 0o100 else Mode.FILE
            entries.append(TreeEntry(path, mode, len(data), digest_of(data)))
    return Tree((entry.path, entry) for entry in sorted(entries))


def bundle_of(project: Project, tree: Tree) -> Bundle:
    """Return a tree as a version whose content is here."""
    for one in tree.values():
        project.objects.put(content(one))
    links = {path: content(one).decode() for path, one in tree.items() if one.mode is Mode.LINK}
    return titled_bundle(tree, links, LayerRules({}), {})


def staging(project: Project, bundle: Bundle) -> Callable[[Checkout, Sequence[str]], None]:
    """Return what stages files of a version from the object store."""

    def stage(work: Checkout, paths: Sequence[str]) -> None:
        for path in paths:
            work.stage(bundle.index.files[path], project.objects.path)

    return stage


@settings(max_examples=150)
@given(situations=SITUATIONS, options=OPTIONS)
def test_a_merge_on_disk_keeps_every_promise(
    situations: dict[str, tuple[int | None, ...]], options: PullOptions
) -> None:
    base, tracked, disk, remote = (column(situations, number) for number in range(4))
    # A thousand flushes would take most of the time, and no power cut is tested here.
    with tempfile.TemporaryDirectory() as directory, mock.patch.object(os, "fsync"):
        project = Project.create(Path(directory))
        write(project.root, tracked)
        track(project, *tracked)
        clear(project.root)
        write(project.root, disk)
        for digest in list(project.objects):
            project.objects.discard(digest)
        bundle = bundle_of(project, remote)
        published = {digest_of(content(entry)) for tree in (base, remote) for entry in tree.values()}
        before, everything = read(project.root), everything_below(project.root)
        index = project.load_index()
        try:
            merged = merge(project, bundle, base, options, staging(project, bundle))
        except WorkingTreeConflict:
            after = everything_below(project.root)
            assert {path: data for path, data in after.items() if not path.startswith(".modelops-bundle/")} == {
                path: data for path, data in everything.items() if not path.startswith(".modelops-bundle/")
            }
            assert project.load_index() == index
            return
        after_tree = read(project.root)
        for path, entry in before.items():
            if after_tree.get(path) == entry:
                continue
            lost = entry.digest
            assert lost in published or _is_kept(project, lost), f"{path} is lost"
            if not options.overwrite:
                assert base.get(path) == entry, f"{path} was changed here"
        now = project.load_index()
        assert all(now[path].tree_entry(path) == after_tree[path] for path in now if path in after_tree)
        if options.overwrite:
            assert now.tree() == remote
        else:
            assert {path for path in now if path not in after_tree} <= set(index)
        assert set(merged.kept) <= set(before)
        again = merge(project, bundle, remote, options, staging(project, bundle))
        assert again.plan.empty
        assert read(project.root) == after_tree


def _is_kept(project: Project, digest: Digest) -> bool:
    return digest in project.objects and bool(project.objects.verify(digest) >= 0)
