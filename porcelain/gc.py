"""gc: remove stored content that nothing needs any more."""

import click

from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._render import human_size, print_json, say
from modelops_bundle.sync.garbage import collect_garbage

_DAY = 86400.0
_DAYS = 14
"""As long as git keeps what nothing refers to."""


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    default=_DAYS,
    show_default=True,
    help="Remove what was stored more than so many days ago; 0 removes all that nothing needs.",
)
@dry_run_option
@json_option
@pass_session
def command(session: Session, days: float, dry_run: bool, as_json: bool) -> None:
    """Remove objects that no version known here and no tracked file needs.

    Every version that a ref or `log` names stays whole. What `pull --overwrite` kept of yours is named by nothing,
    and goes when it is old enough.
    """
    garbage = collect_garbage(session.project, days * _DAY, dry_run=dry_run)
    if as_json:
        removed = [{"digest": digest, "size": size} for digest, size in garbage.objects.items()]
        print_json({"removed": removed, "size": garbage.size, "kept": garbage.kept, "dry_run": dry_run})
        return
    done = "Would remove" if dry_run else "Removed"
    say(f"{done} {count_of(len(garbage.objects), 'object')}, {human_size(garbage.size)}; {garbage.kept} kept")
