"""Notice a push that another one overtook at the same moment, which registries cannot prevent.

Then the tag names a version that never held our changes, although it did for a moment. Merging from our
version would take them for deletions; merging from the version before it keeps them (docs/decisions/0015).
"""

from modelops_bundle.bundles.tree import Tree
from modelops_bundle.bundles.tree_diff import differences, same
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.sync.ancestor import Ancestor
from modelops_bundle.sync.state import read_log


def base_before_overtaken_push(project: Project, remote: str, tag: str, theirs: Tree) -> Ancestor | None:
    """Return what our last push to a tag was based on, if the tag holds nothing of what that push changed."""
    pushes = [entry for entry in read_log(project) if entry.where == f"{remote}:{tag}"]
    if not pushes or pushes[0].command != "push" or pushes[0].digest not in project.objects:
        return None
    before = _version(project, pushes[1].digest) if len(pushes) > 1 else Ancestor()
    mine = _version(project, pushes[0].digest)
    # Most pushes change `registry.yaml`, so that it tells nothing where there is something else.
    changed = differences(before.tree, mine.tree)
    changed = [change for change in changed if change.path != REGISTRY_PATH] or changed
    if changed and all(same(theirs.get(change.path), change.old) for change in changed):
        return before
    return None


def _version(project: Project, digest: Digest) -> Ancestor:
    return Ancestor(project.bundle(digest) if digest in project.objects else None)
