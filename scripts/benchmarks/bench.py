"""What every row is given: a place to work, data, programs, and an environment that nothing leaks into."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scripts.benchmarks import peers, registry
from scripts.benchmarks.results import OURS, Result
from scripts.benchmarks.timing import Command, CommandFailed, Contender, Run, race, run
from scripts.benchmarks.workspace import Workspace

PASSES = Path(__file__).with_name("passes.py")
ORAS_PY = Path(__file__).with_name("oras_py.py")
QUICK_ROUNDS = 3

_GIT_CONFIG = """\
[user]
    name = bench
    email = bench@localhost
[init]
    defaultBranch = main
[gc]
    auto = 0
[maintenance]
    auto = false
[protocol "file"]
    allow = always
"""

Prepare = Callable[[int], Sequence[Command]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of budgets.

    `space` is what it needs at its fullest, in GiB.
    """

    name: str
    work: str
    measure: Callable[["Bench"], Iterable[Result]]
    space: int
    rounds: int


class Bench:
    """One row at work."""

    def __init__(self, row: Row, program: peers.Program, space: Workspace, *, quick: bool) -> None:
        self.row = row
        self.program = program
        self.space = space
        self.quick = quick
        self.rounds = min(row.rounds, QUICK_ROUNDS) if quick else row.rounds

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """The environment of every process: an empty home, and nothing that calls home or leaves bytecode out."""
        home = self.space.fresh("home")
        (home / ".gitconfig").write_text(_GIT_CONFIG)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "DVC_NO_ANALYTICS": "1",
            "RESTIC_PASSWORD": "bench",
        }

    def tell(self, text: str) -> None:
        """Say on stderr what goes on."""
        print(f"bench: {self.row.name}: {text}", file=sys.stderr, flush=True)

    def command(self, directory: Path, *words: str | Path) -> Command:
        """Return a process to run in a directory."""
        return Command(tuple(str(word) for word in words), directory, self.environment)

    def ours(self, directory: Path, *words: str) -> Command:
        """Return a run of our program."""
        return self.command(directory, self.program.script, *words)

    def limit(self, directory: Path, name: str, path: str | Path) -> Command:
        """Return one of the `passes`, run by the Python that runs our program."""
        return self.command(directory, self.program.python, PASSES, name, path)

    def git(self, directory: Path, *words: str) -> Command:
        return self.command(directory, peers.program("git"), *words)

    def dvc(self, directory: Path, *words: str) -> Command:
        return self.command(directory, peers.python_tool("dvc").with_name("dvc"), *words)

    def oras_py(self, directory: Path, *words: str) -> Command:
        return self.command(directory, peers.python_tool("oras-py"), ORAS_PY, *words)

    def curl(self, directory: Path, *words: str) -> Command:
        return self.command(directory, peers.program("curl"), "--silent", "--show-error", "--fail", *words)

    def skopeo(self, directory: Path, source: str, target: str) -> Command:
        plain = ["--quiet", "--src-tls-verify=false", "--dest-tls-verify=false"]
        program = peers.program("skopeo")
        return self.command(directory, program, "--insecure-policy", "copy", *plain, source, target)

    def restic(self, directory: Path, store: Path, *words: str) -> Command:
        return self.command(directory, peers.program("restic"), "--quiet", "--repo", store, *words)

    def do(self, *commands: Command) -> None:
        """Run processes untimed, to prepare others."""
        for command in commands:
            run(command)

    def race(
        self, ours: Prepare, entries: Mapping[str, Callable[[], Prepare]], slow: Iterable[str] = ()
    ) -> dict[str, list[Run]]:
        """Race our program against peers by name; a peer that is missing or fails is told of and left out.

        Each entry makes its peer ready, once and untimed. The `slow` ones have one round, and none when it
        must be quick.
        """
        contenders = [Contender(OURS, ours)]
        for name, make_ready in entries.items():
            if self.quick and name in slow:
                continue
            try:
                contenders.append(Contender(name, make_ready(), slow=name in slow))
            except (peers.PeerMissing, CommandFailed) as error:
                self.tell(f"without {name}: {error}")
        return race(contenders, self.rounds, self.tell)

    @contextmanager
    def registry(self) -> Iterator[str]:
        """Run a registry with nothing in it; give its `host:port`."""
        directory = self.space.fresh("registry")
        with self.registry_in(directory) as host:
            yield host
        self.space.set_aside(directory)

    def registry_in(self, directory: Path) -> AbstractContextManager[str]:
        """Run a registry that keeps its data in a directory; give its `host:port`."""
        return registry.registry(directory)

    @contextmanager
    def registries(self) -> Iterator[Callable[[], str]]:
        """Give a function that ends the last registry which it started, and starts a new one."""
        with ExitStack() as running:

            def fresh() -> str:
                running.close()
                return running.enter_context(self.registry())

            yield fresh

    def project(self, root: Path, remote: str = "") -> Path:
        """Make our project of a directory, afresh if it was one."""
        self.space.set_aside(root / ".modelops-bundle")
        self.do(self.ours(root, "init", *(("--remote", remote) if remote else ())))
        return root

    def git_repository(self, root: Path) -> Path:
        """Make a git repository of a directory, afresh if it was one."""
        self.space.set_aside(root / ".git")
        self.do(self.git(root, "init", "--quiet"))
        return root

    def lfs_repository(self, root: Path) -> Path:
        """Make a git repository of a directory whose `*.bin` files git-lfs takes, afresh if it was one."""
        peers.program("git-lfs")
        self.git_repository(root)
        self.do(
            self.git(root, "lfs", "install", "--local", "--skip-repo"),
            self.git(root, "lfs", "track", "*.bin"),
        )
        return root

    def dvc_project(self, root: Path) -> Path:
        """Make a DVC project of a directory, afresh if it was one."""
        self.space.set_aside(root / ".dvc")
        for file in root.glob("*.dvc"):
            self.space.set_aside(file)
        self.do(
            self.dvc(root, "init", "--no-scm", "--quiet"),
            self.dvc(root, "config", "--local", "core.analytics", "false"),
            self.dvc(root, "config", "--local", "core.check_update", "false"),
            # Else its database of hashed files is shared by all projects, and a new one finds its files known.
            self.dvc(root, "config", "--local", "core.site_cache_dir", str(root / ".dvc" / "site")),
        )
        return root
