"""What commands that work outside of a project need: a cache, and the directory that the command line names."""

from contextlib import AbstractContextManager
from pathlib import Path

from modelops_bundle.errors import Invalid
from modelops_bundle.plumbing._session import Session
from modelops_bundle.resolving.bundle_lookup import BundleSource, bundle_source_at
from modelops_bundle.store.store import Store
from modelops_bundle.store.user_cache import opened_cache, temporary_cache


def source_of(session: Session) -> BundleSource:
    """Return where bundles come from."""
    return bundle_source_at(session.settings, session.directory)


def destination_of(session: Session, text: str) -> Path:
    """Return the directory that the command line names; raise Invalid for '', which an unset variable gives."""
    if not text:
        raise Invalid("the destination is empty", hint="'.' stands for the current directory")
    return session.file(text).resolve()


def store_of(session: Session, purpose: str, *, no_cache: bool) -> AbstractContextManager[Store]:
    """Open the user's cache, or a store that is gone at the end."""
    return temporary_cache() if no_cache else opened_cache(session.settings.cache_dir, purpose)
