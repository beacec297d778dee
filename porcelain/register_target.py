"""register-target: register the calibration targets of a file with their observations."""

import click

from modelops_bundle.models.registering.recording import change_registry
from modelops_bundle.models.registering.target_registration import TargetRequest, register_targets
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.porcelain._registering import show_change


@click.command()
@click.option("-t", "--target", "targets", multiple=True, metavar="NAME", help="Register this target only.")
@click.option("-e", "--exclude", multiple=True, metavar="PATTERN", help="Leave out targets of this name.")
@dry_run_option
@json_option
@click.argument("file")
@pass_session
def command(
    session: Session,
    targets: tuple[str, ...],
    exclude: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    file: str,
) -> None:
    """Register the targets of the Python FILE: functions decorated with @calibration_target.

    They are found by reading the source; nothing of it is run. What the decorator names as data, and all else
    that they need, becomes tracked.
    """
    request = TargetRequest(session.bundle_path(file), targets, exclude)
    done = change_registry(
        session.project, lambda now, around: register_targets(now, request, around), dry_run=dry_run
    )
    show_change(session, *done, dry_run, as_json)
