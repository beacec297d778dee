import pytest

from modelops_bundle.registry.realm import UntrustedRealm, check_realm
from modelops_bundle.registry.server import RefusedAddress


@pytest.mark.parametrize(
    ("registry", "realm"),
    [
        ("https://registry-1.docker.io", "https://auth.docker.io/token"),
        ("https://ghcr.io", "https://ghcr.io/token"),
        ("https://registry.gitlab.com", "https://gitlab.com/jwt/auth"),
        ("https://lab.azurecr.io", "https://lab.azurecr.io/oauth2/token"),
        ("https://registry.uni.ac.uk", "https://login.uni.ac.uk/token"),
        ("https://rg.fr-par.scw.cloud", "https://api.scaleway.com/registry/token"),
        ("http://localhost:5000", "http://127.0.0.1:5001/token"),
        ("https://10.0.0.1:5000", "https://10.0.0.1:5001/token"),
    ],
)
def test_a_stored_login_is_shown_to_what_belongs_to_the_registry(registry: str, realm: str) -> None:
    check_realm(registry, realm, stored_login=True)


@pytest.mark.parametrize(
    ("registry", "realm"),
    [
        ("https://ghcr.io", "https://evil.io/token"),
        ("https://ghcr.io", "https://ghcr.io.evil.com/token"),
        ("https://lab.azurecr.io", "https://evil.azurecr.io/token"),
        ("https://registry.uni.ac.uk", "https://evil.ac.uk/token"),
        ("https://203.0.113.5", "https://203.1.113.5/token"),
    ],
)
def test_a_stored_login_is_not_shown_to_strangers(registry: str, realm: str) -> None:
    with pytest.raises(UntrustedRealm, match="another domain") as caught:
        check_realm(registry, realm, stored_login=True)
    assert "MODELOPS_REGISTRY_USERNAME" in caught.value.hint
    check_realm(registry, realm, stored_login=False)


@pytest.mark.parametrize("stored_login", [True, False])
@pytest.mark.parametrize(
    ("registry", "realm"),
    [
        ("https://ghcr.io", "http://ghcr.io/token"),
        ("https://ghcr.io", "https://localhost/token"),
        ("https://ghcr.io", "https://169.254.169.254/token"),
        ("https://ghcr.io", "https://10.0.0.1/token"),
        ("http://reg.lan", "http://auth.lan/token"),
        ("https://ghcr.io", "https://user:pw@ghcr.io/token"),
    ],
)
def test_nobody_asks_for_tokens_there(registry: str, realm: str, stored_login: bool) -> None:
    with pytest.raises((UntrustedRealm, RefusedAddress)):
        check_realm(registry, realm, stored_login=stored_login)
