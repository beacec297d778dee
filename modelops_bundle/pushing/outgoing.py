"""What a push takes along: the content of a working tree or of a known version, and what moving the tag means."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.manifest import parse_manifest
from modelops_bundle.bundles.media_types import TREE_ANNOTATION
from modelops_bundle.bundles.tree import Tree
from modelops_bundle.checkout.index import Index
from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.sync.plan import PushPlan


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be published: a tree, or a `version` that is known already, under a tag that names `theirs`.

    `published` are versions at the remote; what is unchanged since stays where they have it. To `relocate` is to
    put it where the configuration says now; to send it `afresh`, to trust nobody that it is there.
    """

    tree: Tree
    theirs: Bundle | None
    plan: PushPlan
    index: Index = field(default_factory=Index)
    version: Bundle | None = None
    published: Sequence[Bundle] = ()
    afresh: bool = False
    relocate: bool = False

    @property
    def up_to_date(self) -> bool:
        """Whether the tag names this content already, and nobody wants it sent afresh, or elsewhere."""
        wanted = self.afresh or self.relocate
        return not wanted and self.theirs is not None and self.theirs.config.tree == self.tree.digest()


def known_version(project: Project, remote: str, tree: Digest) -> Bundle | None:
    """Return a version of a tree that a tag of this remote was last seen to name: its digest stays."""
    prefix = f"remotes/{remote}/"
    for name, digest in project.refs:
        if name.startswith(prefix) and "/" not in name.removeprefix(prefix) and digest in project.objects:
            manifest = parse_manifest(project.objects.read(digest), f"'{digest}'")
            if not manifest.foreign and manifest.annotations.get(TREE_ANNOTATION) == tree:
                return project.bundle(digest)
    return None
