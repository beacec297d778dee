"""What a command is given: settings, the directory it was called in, and the project there.

The command line makes one `Session`; library functions get the parts that they need.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from modelops_bundle.errors import Invalid
from modelops_bundle.settings import Settings

if TYPE_CHECKING:
    from modelops_bundle.checkout.project import Project
    from modelops_bundle.environments import Environment
    from modelops_bundle.fetching.contents import Origin
    from modelops_bundle.progress import OnEvent
    from modelops_bundle.remote import Remote
    from modelops_bundle.storage.stores import Storage

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Session:
    """One run of the program; the project is looked for when it is first asked for."""

    settings: Settings = field(default_factory=Settings)
    directory: Path = field(default_factory=Path)
    verbosity: int = 0
    progress: str = "auto"

    @cached_property
    def project(self) -> "Project":
        from modelops_bundle.checkout.project import Project

        return Project.discover(self.directory)

    def file(self, name: str) -> Path:
        """Return the absolute path of a file named on the command line."""
        return self.directory / name

    def bundle_path(self, name: str) -> str:
        """Return the bundle path of a file named on the command line; '.' for the project's root.

        Raises Invalid for '', which is what a shell makes of an unset variable, and must not stand for everything.
        """
        if not name:
            raise Invalid("a path is empty", hint="'.' stands for everything below the current directory")
        return self.project.bundle_path(self.file(name))

    def remote_name(self, option: str = "") -> str:
        """Return the canonical name of the remote given by an option, or else of the project's own."""
        from modelops_bundle.remotes.opening import require_remote
        from modelops_bundle.remotes.remote_reference import remote_name

        name = remote_name(option, self.directory) if option else ""
        return name or require_remote(self.project, self.settings)

    @contextmanager
    def remote(self, option: str = "") -> "Iterator[Remote]":
        """Open the remote given by an option, or else the project's own."""
        with self.open_remote(self.remote_name(option)) as remote:
            yield remote

    @cached_property
    def environment(self) -> "Environment | None":
        """The environment that applies, in a project or not; its login is about to be used."""
        from modelops_bundle.checkout.project import NotAProject
        from modelops_bundle.remotes.opening import environment_of, environments_of

        try:
            environment = environment_of(self.project, self.settings)
        except NotAProject:
            environment = environment_of(None, self.settings)
        file = environments_of(self.settings).exposed(environment) if environment else None
        if file and self.verbosity >= 0:
            from modelops_bundle.safe_path import printable

            remedy = printable(f"chmod 600 '{file}'")
            click.echo(f"warning: others on this machine can read the secrets in it: {remedy}", err=True)
        return environment

    @cached_property
    def storage(self) -> "Storage":
        """The blob stores, opened when a file needs them, and closed at the end of the command."""
        from modelops_bundle.storage.stores import Storage

        storage = Storage(self.settings, self.environment)
        click.get_current_context().call_on_close(storage.close)
        return storage

    def origin(self, remote: "Remote", on_event: "OnEvent | None" = None) -> "Origin":
        """Return where the content of versions at a remote comes from."""
        from modelops_bundle.fetching.contents import Origin
        from modelops_bundle.progress import ignore_events

        return Origin(remote, on_event or ignore_events, self.settings.jobs, self.storage.open)

    @contextmanager
    def open_remote(self, name: str) -> "Iterator[Remote]":
        """Open a remote by its canonical name, with the credentials of the project's environment."""
        from modelops_bundle.remotes.opening import open_remote

        remote = open_remote(name, self.settings, self.environment)
        try:
            yield remote
        finally:
            remote.close()


pass_session = click.make_pass_decorator(Session)

nul_option = click.option("-z", "nul", is_flag=True, help="Records end with NUL, and paths are not quoted.")
stdin_option = click.option("--stdin", "from_stdin", is_flag=True, help="Read records from standard input.")
remote_option = click.option(
    "--remote", "remote", metavar="REMOTE", default="", help="Use this remote: HOST/REPOSITORY or oci:DIRECTORY."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
dry_run_option = click.option("-n", "--dry-run", is_flag=True, help="Tell what would be done; change nothing.")
exit_code_option = click.option("--exit-code", "exit_code", is_flag=True, help="Exit with 1 if anything differs.")
