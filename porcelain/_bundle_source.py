"""Where bundles come from for commands that work outside of a project: a cache, and what names are relative to."""

from contextlib import AbstractContextManager
from pathlib import Path

from modelops_bundle.checkout.project import NotAProject
from modelops_bundle.errors import Invalid
from modelops_bundle.plumbing._session import Session
from modelops_bundle.remotes.opening import choose_remote
from modelops_bundle.resolving.bundle_lookup import Surroundings
from modelops_bundle.store.store import Store
from modelops_bundle.store.user_cache import opened_cache, temporary_cache


def surroundings_of(session: Session) -> Surroundings:
    """Return what decides where a reference leads."""
    try:
        choice = choose_remote(session.project, session.settings)
    except NotAProject:
        choice = None
    return Surroundings(session.settings, session.directory, session.environment, choice.name if choice else "")


def destination_of(session: Session, text: str) -> Path:
    """Return the directory that the command line names; raise Invalid for '', which an unset variable gives."""
    if not text:
        raise Invalid("the destination is empty", hint="'.' stands for the current directory")
    return session.file(text).resolve()


def store_of(session: Session, purpose: str, *, no_cache: bool) -> AbstractContextManager[Store]:
    """Open the user's cache, or a store that is gone at the end."""
    return temporary_cache() if no_cache else opened_cache(session.settings.cache_dir, purpose)
