"""The grammar of tags, the same for a registry and for our own names.

Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests
"""

import re

from modelops_bundle.arguments import WrongArgument
from modelops_bundle.errors import Invalid

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_REFERRERS = re.compile(r"sha256-[0-9a-f]{64}")


def is_tag(text: str) -> bool:
    """Tell whether `text` has the form of a tag."""
    return _TAG.fullmatch(text) is not None


def check_tag(tag: str) -> str:
    """Return `tag` if it is one; raise Invalid."""
    if not isinstance(tag, str):
        raise WrongArgument(f"not a tag: {tag!r:.100}", hint="a tag is text")
    if not is_tag(tag):
        raise Invalid(
            f"not a tag: '{'…@' * ('@' in tag)}{tag.rpartition('@')[2][:150]}'",  # no tag has one, but logins do
            hint="a tag is at most 128 letters, digits, '_', '.' and '-', starting with no '.' or '-'",
        )
    return tag


def is_referrers_tag(tag: str) -> bool:
    """Tell whether a tag only stands in for the referrers API, and is no version of anything."""
    return _REFERRERS.fullmatch(tag) is not None
