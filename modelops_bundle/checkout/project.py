"""A project: a directory with `.modelops-bundle`, and the parts in it, loaded when asked for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelops_bundle.checkout.index import Index, load_index, write_index
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.files.lockfile import DEFAULT_WAIT, hold
from modelops_bundle.safe_path import AREA, CONFIG_PATH, METADATA_DIR
from modelops_bundle.store.refs import HEAD, RefStore
from modelops_bundle.store.store import Store

if TYPE_CHECKING:
    from modelops_bundle.checkout.config import Config
    from modelops_bundle.checkout.ignore import IgnoreRules
    from modelops_bundle.checkout.writing import Checkout
    from modelops_bundle.packs.chunking import Cuts

GITIGNORE = """\
# Everything here is machine-local, except what travels with the bundle.
*
!.gitignore
!config.yaml
!registry.yaml
"""
_EARLIER = ("modelops.yaml", "modelops.yml", ".mops-bundle.yaml", ".mops-bundle.yml")
"""What the earlier modelops-bundles described a project in."""


class NotAProject(NotFound):
    """There is no project here."""

    def __init__(self, start: Path) -> None:
        hint = "modelops-bundle init"
        if earlier := next((name for name in _EARLIER if (start / name).is_file()), ""):
            hint += f"; '{earlier}' is the earlier tool's, docs/formats/config.md tells what of it goes where"
        super().__init__(f"not in a project: no '{METADATA_DIR}' in '{start}' or above", hint=hint)


class Materialized(NotAProject):
    """A directory holds what a bundle has for a role, its configuration included, and is no project for that."""

    def __init__(self, root: Path) -> None:
        NotFound.__init__(
            self,
            f"not a project, but what was materialized of a bundle: '{root}'",
            hint="to work on the bundle: modelops-bundle clone REMOTE:TAG DIRECTORY",
        )


class OutsideProject(Invalid):
    """A file lies outside the project."""

    def __init__(self, file: Path, root: Path) -> None:
        super().__init__(f"outside the project: '{file}'", hint=f"the project is '{root}'")


class Project(Store):
    """One checkout. `root` is absolute; every bundle path is relative to it.

    `lock_wait` is how many seconds a command waits for another one to end.
    """

    lock_wait: float = DEFAULT_WAIT

    def __init__(self, root: Path) -> None:
        super().__init__(root / METADATA_DIR)
        self.root = root
        self.refs = RefStore(self.directory)
        self.index_path = self.directory / "index"
        self.local_path = self.directory / "local.yaml"
        self.pin_path = self.directory / "env"
        self.cuts: dict[Digest, Cuts] = {}

    @classmethod
    def discover(cls, start: Path) -> "Project":
        """Find the project that a directory lies in, walking up as git does; raise NotAProject."""
        # By name alone, `../other` and symlinks have parents that they do not lie in.
        start = start.resolve()
        for candidate in (start, *start.parents):
            if (candidate / METADATA_DIR).is_dir():
                if (candidate / AREA).is_dir() and not is_checkout(candidate):
                    raise Materialized(candidate)
                return cls(candidate)
        raise NotAProject(start)

    @classmethod
    def create(cls, root: Path, *, begun: bool = False) -> "Project":
        """Make a project of a directory; raise Invalid when it is one. All or nothing.

        With `begun` the directory may be half a project, which is completed and stays whatever happens.
        """
        project = cls(root.absolute())
        if project.directory.exists() and not begun:
            raise Invalid(f"already a project: '{project.root}'", hint="modelops-bundle status")
        root.mkdir(parents=True, exist_ok=True)
        try:
            for folder in ("tmp", "objects", "refs/tags", "locks", "logs"):
                (project.directory / folder).mkdir(parents=True, exist_ok=begun)
            (project.directory / ".gitignore").write_text(GITIGNORE)
        except OSError:
            if not begun:
                import shutil

                shutil.rmtree(project.directory, ignore_errors=True)
            raise
        return project

    def bundle_path(self, file: Path) -> str:
        """Return the bundle path of a file, given absolute; raise OutsideProject.

        Symlinks are not followed, except those above the project itself.
        """
        plain = Path(os.path.normpath(file))
        above, name = (file, "") if file.name == ".." else (file.parent, file.name)
        for candidate in (plain, above.resolve() / name):
            if candidate.is_relative_to(self.root):
                return candidate.relative_to(self.root).as_posix()
        raise OutsideProject(file, self.root)

    @contextmanager
    def lock(self, *, wait: float | None = None) -> Iterator[None]:
        """Keep other commands from changing index, refs and working files; raise Busy."""
        with hold(self.directory / "locks" / "project", wait=self.lock_wait if wait is None else wait):
            self.tmp.mkdir(exist_ok=True)
            yield

    @contextmanager
    def checkout(self) -> "Iterator[Checkout]":
        """Begin a change of the working tree, one at a time: it removes what a killed one left. Raises Busy.

        Files are staged without the project's lock, so that other commands can work while content is fetched.
        """
        from modelops_bundle.checkout.writing import Checkout

        with hold(self.directory / "locks" / "checkout"):
            self.tmp.mkdir(exist_ok=True)
            with Checkout(self.root, self.tmp) as work:
                yield work

    def load_index(self) -> Index:
        """Return the tracked files."""
        return load_index(self.index_path)

    def write_index(self, index: Index) -> None:
        """Replace the index; call with the lock held."""
        write_index(self.index_path, index, self.tmp)

    @property
    def head(self) -> Digest | None:
        """The version that the working tree was last in sync with."""
        return self.refs.read(HEAD)

    @property
    def threshold_bytes(self) -> int:
        """From how many bytes on a file is large: it stays in the working tree, and may go to a blob store."""
        return self.config.storage.threshold_bytes

    @cached_property
    def config(self) -> "Config":
        """The bundle's configuration, defaults where there is none."""
        from modelops_bundle.checkout.config import Config, parse_config
        from modelops_bundle.files.yaml_file import read_bounded

        path = self.root / CONFIG_PATH
        return parse_config(read_bounded(path), str(path)) if path.is_file() else Config()

    @cached_property
    def ignore(self) -> "IgnoreRules":
        """The rules about what is not tracked."""
        from modelops_bundle.checkout.ignore import IgnoreRules

        return IgnoreRules(self.root)


def is_checkout(root: Path) -> bool:
    """Tell whether a directory has what is only true of a project on this machine."""
    return any((root / METADATA_DIR / name).exists() for name in ("index", "local.yaml", HEAD))
