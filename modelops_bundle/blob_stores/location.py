"""Where a blob lies: `az://container/key`, `s3://bucket/key`, `gs://bucket/key` or `file:///directory/key`.

`azure://` and `fs://` are what an earlier tool wrote. A URI comes from a bundle, that is from anybody: it may
hold neither a login nor a query (a signed URL is a permission to read), nor a way out of its container. Of the
file system, only files that are named by their digest can be reached, so that no bundle reads `/etc/shadow`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote

from modelops_bundle.digest import Digest, hex_of
from modelops_bundle.errors import Invalid
from modelops_bundle.files.yaml_file import shown, unknown
from modelops_bundle.safe_path import printable
from modelops_bundle.secret_text import looks_secret

MAX_KEY_BYTES = 1024
"""What Azure, S3 and GCS all take."""

MAX_URI = 1 << 14

_CONTAINER = re.compile(r"[$A-Za-z0-9][A-Za-z0-9._-]{1,221}")
"""What stands for a container in a URI: all that any cloud has ever allowed."""
_PREFIX = re.compile(r"[A-Za-z0-9_=+@~.-]+")
_BLOB_PATH = re.compile(
    r"(?P<root>/.*?)/(?:\./(?P<prefix>.+)/)?(?P<fan>(?P<a>[0-9a-f]{2})/(?P<b>[0-9a-f]{2})/(?P=a)(?P=b)[0-9a-f]{60})"
)
"""A file named by its digest. As for rsync, `/./` tells where a prefix begins, and so what must be there."""


class Scheme(StrEnum):
    """What kind of store a URI is about."""

    AZURE = "az"
    S3 = "s3"
    GCS = "gs"
    DIRECTORY = "file"


PROVIDERS = {
    "azure": Scheme.AZURE,
    "azurite": Scheme.AZURE,
    "s3": Scheme.S3,
    "minio": Scheme.S3,
    "gcs": Scheme.GCS,
    "fs": Scheme.DIRECTORY,
    "directory": Scheme.DIRECTORY,
}
"""What environments and `config.yaml` call them."""

_NAMES = {
    Scheme.AZURE: (
        r"\$root|\$web|(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*",
        "3 to 63 small letters, digits and hyphens",
    ),
    Scheme.S3: (r"(?=.{3,63}$)[a-z0-9]+([.-]+[a-z0-9]+)*", "3 to 63 small letters, digits, dots and hyphens"),
    Scheme.GCS: (
        r"(?=.{3,222}$)[a-z0-9]+([._-]+[a-z0-9]+)*",
        "3 to 63 small letters, digits, hyphens, _ and dots",
    ),
}
"""What the clouds take as a name today, and how to say it.

https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://cloud.google.com/storage/docs/buckets#naming
"""

_SPELLINGS = {**{str(scheme): scheme for scheme in Scheme}, "azure": Scheme.AZURE, "fs": Scheme.DIRECTORY}


@dataclass(frozen=True, slots=True)
class Container:
    """An Azure container, a bucket, or a directory by its absolute path."""

    scheme: Scheme
    name: str

    def uri(self, key: str = "") -> str:
        """Return the URI of a blob in it, or of the container itself."""
        if self.scheme is Scheme.DIRECTORY:
            mark = "./" if key.count("/") > 2 else ""
            return f"{self.scheme}://{quote(self.name)}" + (f"/{mark}{key}" if key else "")
        return f"{self.scheme}://{self.name}" + (f"/{key}" if key else "")


@dataclass(frozen=True, slots=True)
class BlobLocation:
    """A container and a key in it."""

    container: Container
    key: str


def parse_uri(uri: str) -> BlobLocation:
    """Read the untrusted URI of a blob; raise Invalid, never repeating a login or a query in it."""
    spelling, separator, rest = uri.partition("://")
    scheme = _SPELLINGS.get(spelling)
    if scheme is None or not separator:
        raise _refused(uri, f"known are {', '.join(f'{name}://' for name in _SPELLINGS)}")
    if len(uri) > MAX_URI or set(rest) & set("?#") or not rest.isprintable():
        raise _refused(uri, "it is too long, or has a query, a fragment or control characters")
    if scheme is Scheme.DIRECTORY:
        match = _BLOB_PATH.fullmatch(unquote(rest))
        prefix = match["prefix"] or "" if match else ""
        if not match or not _is_directory(match["root"]) or not _is_prefix(prefix):
            raise _refused(uri, "a file is named by its digest: file:///DIRECTORY/ab/cd/abcd…")
        return BlobLocation(Container(scheme, match["root"]), f"{prefix}/{match['fan']}".lstrip("/"))
    name, _, key = rest.partition("/")
    if not _CONTAINER.fullmatch(name):
        raise _refused(uri, "no name of a container")
    if {"", ".", ".."} & set(key.split("/")) or "\\" in key or len(key.encode()) > MAX_KEY_BYTES:
        raise _refused(uri, "no key that every store takes")
    return BlobLocation(Container(scheme, name), key)


def container_of(provider: str, name: str) -> Container:
    """Return the container that a configuration names; raise Invalid with a did-you-mean.

    A directory is given by its absolute path. What looks like a credential is refused, and not repeated.
    """
    if provider not in PROVIDERS:
        raise unknown(printable(shown(provider)), tuple(PROVIDERS), "storage provider")
    scheme = PROVIDERS[provider]
    if may_be_secret(provider, name):
        raise credential_given(f"the container of '{provider}'")
    if scheme is Scheme.DIRECTORY:
        directory = re.sub("/+", "/", name).rstrip("/")
        if not _is_directory(directory):
            raise Invalid(f"not an absolute directory: '{printable(name[:200])}'", hint="give its whole path")
        return Container(scheme, directory)
    pattern, rule = _NAMES[scheme]
    if not re.fullmatch(pattern, name):
        raise Invalid(
            f"not a name of a container of '{provider}': '{printable(shown_uri(name)[:100])}'",
            hint=f"it has {rule}; give its name only, without a URL",
        )
    return Container(scheme, name)


def may_be_secret(provider: str, container: str) -> bool:
    """Tell whether what should be a name looks like a credential, or an address with a login or a signature."""
    address = PROVIDERS.get(provider) is not Scheme.DIRECTORY and not {"?", "@"}.isdisjoint(container)
    return address or looks_secret(container)


def credential_given(what: str) -> Invalid:
    """Return the error for a credential in place of `what`, which it does not repeat."""
    return Invalid(
        f"what is given for {what} is a credential, or an address with a login or a signature",
        hint="credentials are for variables, or for an environment: modelops-bundle env create --secrets-stdin",
    )


def blob_key(prefix: str, digest: Digest) -> str:
    """Return the key of a file's content: `<prefix>/<first 2>/<next 2>/<sha256>`; raise Invalid for a prefix."""
    prefix = prefix.strip("/")
    if not _is_prefix(prefix):
        raise Invalid(
            f"not a prefix of keys: '{printable(shown(prefix))}'",
            hint="it has letters, digits and _=+@~.- between its '/'",
        )
    name = hex_of(digest)
    return f"{prefix}/{name[:2]}/{name[2:4]}/{name}".lstrip("/")


def shown_uri(uri: str) -> str:
    """Return an untrusted URI for a message, without a login or a query, on one short line."""
    address = re.split(r"[?#]", uri, maxsplit=1)[0]
    scheme, separator, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    return printable(f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"[:200])


def _is_directory(path: str) -> bool:
    return path.startswith("/") and path.isprintable() and not {".", ".."} & set(path.split("/"))


def _is_prefix(prefix: str) -> bool:
    parts = prefix.split("/") if prefix else []
    plain = all(_PREFIX.fullmatch(part) and part not in (".", "..") for part in parts)
    return plain and len(prefix) <= MAX_KEY_BYTES // 2


def _refused(uri: str, why: str) -> Invalid:
    return Invalid(
        f"not an address of a blob: '{shown_uri(uri)}': {why}",
        hint="ask who published the bundle for: modelops-bundle push --relocate",
    )
