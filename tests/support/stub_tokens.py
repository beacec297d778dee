"""Who may do what at the stub registry, and its token server.

Sources: https://distribution.github.io/distribution/spec/auth/token/ and .../oauth/
"""

import base64
import json
import uuid
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.support.stub_messages import Answer, Received, error

if TYPE_CHECKING:
    from tests.support.stub_registry import StubRegistry

USERNAME = "alice"
PASSWORD = "correct horse"
IDENTITY_TOKEN = "identity-of-alice"


def refuse_access(registry: "StubRegistry", request: Received, repository: str) -> Answer | None:
    """Return the refusal of a request, or None when it is allowed."""
    quirks = registry.quirks
    action = "pull" if request.method in ("GET", "HEAD") else "push"
    if not quirks.auth:
        return None
    if quirks.auth == "basic":
        if _is_login(request.header("Authorization")) or (quirks.public and repository and action == "pull"):
            return None
        return error(401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="stub, registry"')
    scheme, _, token = request.header("Authorization").partition(" ")
    with registry.lock:
        granted = registry.tokens.get(token, set()) if scheme == "Bearer" else set()
        registry.uses[token] += 1
        ended = quirks.token_uses is not None and registry.uses[token] > quirks.token_uses
    exists = bool(registry.manifests[repository] or registry.blobs[repository])
    wanted = {action} if exists or not quirks.hides_new_repositories else {"pull", "push"}
    if (
        token
        and not ended
        and token in registry.tokens
        and (not repository or _grants(granted, repository, wanted))
    ):
        return None
    scope = f'scope="repository:{repository}:{"pull,push" if action == "push" else "pull"}"'
    realm = quirks.realm or f"{registry.url}/token"
    return error(
        401,
        "UNAUTHORIZED",
        WWW_Authenticate=f'Bearer realm="{realm}",service="stub",{scope}'
        + (',error="invalid_token"' if token else ""),
    )


def answer_token(registry: "StubRegistry", request: Received) -> Answer:
    """Give a token: to Alice for all that is asked, to others for reading, if the registry is public."""
    authorization = request.header("Authorization")
    if request.method == "POST":
        if not registry.quirks.token_post:
            return error(404, "NOT_FOUND")
        form = parse_qs(request.body.decode())
        known = form.get("refresh_token") == [IDENTITY_TOKEN] and form.get("grant_type") == ["refresh_token"]
        scopes = form.get("scope", [""])[0].split()
    else:
        known = _is_login(authorization) or _basic(authorization).endswith(f":{IDENTITY_TOKEN}")
        scopes = parse_qs(urlsplit(request.target).query).get("scope", [])
    if not known and (authorization or request.method == "POST" or not registry.quirks.public):
        return error(401, "UNAUTHORIZED", "incorrect username or password")
    if not known:
        scopes = [scope.rpartition(":")[0] + ":pull" for scope in scopes]
    token = uuid.uuid4().hex
    with registry.lock:
        registry.tokens[token] = set(scopes)
    document: dict[str, object] = {"token": token}
    if registry.quirks.token_seconds is not None:
        document["expires_in"] = registry.quirks.token_seconds
    return Answer(200, json.dumps(document).encode(), {"Content-Type": "application/json"})


def _grants(scopes: set[str], repository: str, wanted: set[str]) -> bool:
    prefix = f"repository:{repository}:"
    held = {scope.removeprefix(prefix) for scope in scopes if scope.startswith(prefix)}
    return wanted <= set(",".join(held).split(","))


def _is_login(authorization: str) -> bool:
    return _basic(authorization) == f"{USERNAME}:{PASSWORD}"


def _basic(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    return base64.b64decode(value).decode() if scheme == "Basic" else ""
