"""What looks like a credential, and text without it.

People paste a connection string or a key where a name is asked for. What was pasted must then not be shown, nor
written into a file that travels.
"""

import re

HIDDEN = "…"
"""What stands in place of a secret."""

_LABEL = "accountkey|sharedaccesskey|sharedaccesssignature|(?:x-(?:amz|goog)-)?signature|x-amz-security-token|sig"
_SECRET = re.compile(
    rf"(?<![a-z])(?P<label>(?:{_LABEL}|password)=)[^\s&;'\"]+"
    # A login in a URL, which may have become part of a path; and one without a scheme, where a word begins.
    rf"|(?P<scheme>:/{{1,2}})[^\s'\"]+(?=@(?!sha256:))"
    rf"|(?:(?<!\S)|(?<=['\"(=]))[^\s'\"/:@]+:(?!/)[^\s'\"]*(?=@(?!sha256:))"
    # A key of an Azure account: 64 bytes in base64.
    rf"|(?<![a-z0-9+/])[a-z0-9+/]{{86}}==",
    re.IGNORECASE,
)
_TOKEN = re.compile("[A-Za-z0-9+][A-Za-z0-9+/]{39,}={0,2}")


def redact(text: str) -> str:
    """Return text with each credential in it replaced by `…`."""
    return _SECRET.sub(lambda found: f"{found['label'] or found['scheme'] or ''}{HIDDEN}", text)


def looks_secret(text: str) -> bool:
    """Tell whether a value that somebody gave for a name or an address is, or holds, a credential.

    A word of 40 characters of base64 or more is one, if it has capitals, small letters and digits: so are the
    keys of S3. A digest is none, nor is an absolute path.
    """
    kinds = ("[A-Z]", "[a-z]", "[0-9]")
    token = _TOKEN.fullmatch(text) and all(re.search(kind, text) for kind in kinds)
    return bool(token or _SECRET.search(text))
