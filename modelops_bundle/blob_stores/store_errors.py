"""What goes wrong with a blob store, told without what the SDKs say.

Their messages may hold a signed URL, or headers: of an SDK's error only its code and its status are shown, and
it is not kept as the cause.
"""

from modelops_bundle.errors import AuthRefused, IntegrityError, Invalid, NotFound, TransferFailed

REPAIR = "whoever has the file puts it back by: modelops-bundle push --force"
"""A plain push does not look for what the version at the tag has put there."""


class MissingBlob(NotFound):
    """A blob store does not have a blob that a bundle names."""

    def __init__(self, uri: str) -> None:
        super().__init__(f"there is no blob '{uri}'", hint=REPAIR)


class MissingContainer(NotFound):
    """The container itself does not exist, or is hidden from us."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"there is no container '{name}'", hint=hint)


class DamagedBlob(IntegrityError):
    """A blob's bytes are not those that its name promises."""


class ArchivedBlob(TransferFailed):
    """A blob is in a tier that cannot be read at once."""

    def __init__(self, uri: str, restore: str) -> None:
        super().__init__(
            f"'{uri}' is archived, and cannot be read at once",
            hint=f"restore it, which takes hours, then run the same command again: {restore}",
        )


class BlobOnItsWay(TransferFailed):
    """A blob is being restored from its archive."""

    def __init__(self, uri: str) -> None:
        super().__init__(
            f"'{uri}' is still being restored from the archive",
            hint="run the same command again in an hour or more: nothing else is needed",
        )


class LostRace(TransferFailed):
    """Somebody else put, or began to put, the same blob in between: look again."""

    def __init__(self, uri: str) -> None:
        super().__init__(f"'{uri}' changed while it was being stored", hint="run it again")


class StorageRefused(AuthRefused):
    """A blob store does not let us in."""

    def __init__(self, name: str, said: str, hint: str) -> None:
        super().__init__(f"'{name}' refuses access: {said}", hint=hint)


class NoCredentials(AuthRefused):
    """Nothing says who we are to a blob store."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"no credentials for '{name}'", hint=hint)


class StorageFailed(TransferFailed):
    """A blob store failed, or cannot be reached, however often its SDK tried."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(f"'{name}' failed: {said}", hint="check the network and the endpoint, then run it again")


class MissingExtra(Invalid):
    """The SDK of a cloud is not installed; it is an extra of ours."""

    def __init__(self, name: str, extra: str) -> None:
        super().__init__(
            f"'{name}' needs the extra '{extra}', which is not installed",
            hint=f"pip install 'modelops-bundle[{extra}]'",
        )


def check_size(uri: str, found: int, expected: int) -> None:
    """Raise DamagedBlob for a blob of another size than its bundle says."""
    if found != expected:
        raise DamagedBlob(f"'{uri}' has {found} bytes, and {expected} in the bundle", hint=REPAIR)
