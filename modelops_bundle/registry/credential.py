"""What a person logs in to a registry with."""

import base64
import re
from dataclasses import dataclass, field

from modelops_bundle.errors import AuthRefused
from modelops_bundle.secret_values import SecretValue

_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Credential(SecretValue):
    """A login: a user name and password, or an identity token, or a ready registry token.

    `source` says where it was found, for people; `stored` is false when the environment gave it for this
    very run.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)
    source: str = ""
    stored: bool = True

    @property
    def basic(self) -> str:
        """The Authorization header of the Basic scheme, or empty text when there is no password."""
        return basic_header(self.username, self.password) if self.password else ""


def bearer_header(token: str) -> str:
    """Return an Authorization header of the Bearer scheme; raise AuthRefused for a token that fits no header."""
    if not _HEADER_SAFE.fullmatch(token):
        raise AuthRefused(
            "a token for the registry holds characters that no token has",
            hint="log in again: modelops-bundle login HOST; or correct MODELOPS_REGISTRY_TOKEN",
        )
    return f"Bearer {token}"


def basic_header(username: str, password: str) -> str:
    """Return an Authorization header of the Basic scheme (RFC 7617, in UTF-8)."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
