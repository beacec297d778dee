"""fetch-external: fetch the files that a materialized directory has pointers to."""

import click

from modelops_bundle.materializing.fulfilment import BlobOrigin, fulfil, plan_fulfilment
from modelops_bundle.materializing.plan import Action
from modelops_bundle.plumbing._session import Session, dry_run_option, json_option, pass_session
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._bundle_source import destination_of, store_of
from modelops_bundle.porcelain._progress import shown_progress
from modelops_bundle.porcelain._render import human_size, listing, print_json, say


@click.command("fetch-external")
@click.option("--overwrite", is_flag=True, help="Replace files that have other content.")
@click.option("--no-cache", is_flag=True, help="Neither use nor fill the user's cache.")
@dry_run_option
@json_option
@click.argument("destination", metavar="[DEST]", default=".")
@pass_session
def command(
    session: Session, overwrite: bool, no_cache: bool, dry_run: bool, as_json: bool, destination: str
) -> None:
    """Fetch what the pointers in DEST (the current directory without it) stand for, from its blob stores.

    Every file is verified. Those that are there already are not fetched again. When a file has other content,
    nothing is written and the exit code is 12.
    """
    root = destination_of(session, destination)
    with store_of(session, f"materialize {root}", no_cache=no_cache) as store:
        if dry_run:
            plan = plan_fulfilment(store, root, overwrite=overwrite)
        else:
            with shown_progress(session) as on_event:
                origin = BlobOrigin(session.storage.open, on_event, session.settings.jobs)
                plan = fulfil(store, origin, root, overwrite=overwrite)
    fetched, present = plan.write, plan.paths(Action.UNCHANGED)
    size = sum(plan.pointers[path].size for path in fetched)
    if as_json:
        print_json({"fetched": fetched, "present": present, "bytes": size, "dry_run": dry_run})
        return
    listing("+", fetched)
    would = "would be fetched" if dry_run else "fetched"
    say(f"{count_of(len(fetched), 'file')} {would} ({human_size(size)}), {len(present)} already here")
