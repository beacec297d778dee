"""Projects that are made and pushed without the command line, and a remote that tells what was read of it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.checkout.adding import add_paths
from modelops_bundle.checkout.project import Project
from modelops_bundle.descriptor import Descriptor
from modelops_bundle.pushing.push import carry_out_push, refuse_to_discard, take_working_tree
from modelops_bundle.pushing.sending import Push, Sent
from modelops_bundle.remote import Remote
from modelops_bundle.remotes.oci_layout import LayoutRemote
from modelops_bundle.sync.state import synced

TAG = "latest"


def make(root: Path, files: Mapping[str, str | bytes], config: str = "") -> Project:
    """Make a project of tracked files, with what `config.yaml` says beside its version."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)
    project = Project.create(root)
    if config:
        (project.directory / "config.yaml").write_text(f"version: 1\n{config}")
    add_paths(project, ["."], force=False)
    return project


def push(project: Project, remote: Remote, tag: str = TAG) -> Sent:
    """Push the working tree, unless that would lose what others pushed."""
    before = synced(project, remote.name, tag)
    taken = take_working_tree(project, remote, tag)
    refuse_to_discard(taken.outgoing, tag, remote.name)
    return carry_out_push(project, remote, Push(taken.outgoing, tag, before))


def published(root: Path, files: Mapping[str, str | bytes], config: str = "") -> tuple["CountingRemote", Bundle]:
    """Publish files in a layout beside a project, and return it and their version."""
    bundle = push(make(root, files, config), LayoutRemote(root.with_name("layout"))).bundle
    return CountingRemote(root.with_name("layout")), bundle


class CountingRemote(LayoutRemote):
    """An image layout that counts what is read of its blobs."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.requests: list[Descriptor] = []
        self.size = 0

    def read_blob(self, blob: Descriptor, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield bytes of a blob."""
        self.requests.append(blob)
        for block in super().read_blob(blob, offset, length):
            self.size += len(block)
            yield block
