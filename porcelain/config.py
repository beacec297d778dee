"""config: get and set options of the project."""

import click

from modelops_bundle.errors import Invalid
from modelops_bundle.options import Option, read_option, read_options, set_option, unset_option
from modelops_bundle.plumbing._session import Session, json_option, pass_session
from modelops_bundle.porcelain._render import print_json, say, talk
from modelops_bundle.safe_path import printable

_KEYS = """\b
Options of this checkout only:
  remote                   where to push to: HOST/REPOSITORY or oci:DIRECTORY
  repository               the repository below the environment's registry
  tag                      the tag to push to and pull from
Options that travel with the bundle:
  storage.layout           how files travel in the registry: auto, portable or packed
  storage.mode             which go to a blob store: auto (large ones), blob (all) or oci (none)
  storage.threshold_bytes  files from this size are large
  storage.provider         azure, s3, gcs or directory
  storage.container        the container, bucket or directory
  storage.prefix           what the names of blobs begin with
  storage.tier             the tier of new blobs: hot, cool or archive
  storage.force_blob_patterns, storage.force_oci_patterns
                           patterns, separated by commas, of files that always or never go there
  annotations.NAME         an annotation of the manifest
"""


@click.command(epilog=_KEYS)
@click.option("-l", "--list", "every", is_flag=True, help="Show all options that have a value.")
@click.option("--show-origin", is_flag=True, help="Tell which file or variable each value comes from.")
@click.option("--unset", "unset", metavar="KEY", default="", help="Take KEY back to its default.")
@json_option
@click.argument("key", metavar="[KEY]", default="")
@click.argument("value", metavar="[VALUE]", required=False)
@pass_session
def command(
    session: Session, every: bool, show_origin: bool, unset: str, as_json: bool, key: str, value: str | None
) -> None:
    """Show the option KEY, or set it to VALUE.

    What is shown is what holds: environment variables win over this checkout's file, and that wins over the
    pinned environment.
    """
    if bool(unset) + every + bool(key) > 1:
        raise Invalid("give KEY, KEY VALUE, --unset KEY, or --list", hint="modelops-bundle config --help")
    project = session.project
    if unset:
        unset_option(project, unset)
        _confirm(session, unset, as_json)
    elif value is not None:
        set_option(project, key, value, session.directory)
        _confirm(session, key, as_json)
    elif key:
        option = read_option(project, session.settings, key)
        _print({key: option}, show_origin, as_json, only_value=True)
    else:
        _print(read_options(project, session.settings), show_origin, as_json, only_value=False)


def _confirm(session: Session, key: str, as_json: bool) -> None:
    """Tell what holds after a change: a variable may win over it, or a default take its place."""
    now = read_options(session.project, session.settings).get(key)
    if as_json:
        _print({key: now} if now else {}, True, True, only_value=True)
    talk(session, f"{key} is '{now.value}' ({now.origin})" if now else f"{key} is not set any more")


def _print(options: dict[str, Option], show_origin: bool, as_json: bool, *, only_value: bool) -> None:
    if as_json:
        print_json({key: {"value": option.value, "origin": option.origin} for key, option in options.items()})
        return
    for key, option in options.items():
        text = printable(option.value) if only_value else f"{key}={printable(option.value)}"
        say(f"{option.origin}\t{text}" if show_origin else text)
