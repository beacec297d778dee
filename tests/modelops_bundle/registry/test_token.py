"""How long tokens are kept; what is asked of registry and token server is tested in `test_auth`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelops_bundle.registry.credential import Credential
from modelops_bundle.registry.retry import RetryPolicy
from modelops_bundle.registry.scope import pull_scope
from modelops_bundle.registry.token import TokenRequest, TokenStore
from modelops_bundle.registry.wire import Wire
from modelops_bundle.settings import Settings
from tests.support.stub_registry import StubRegistry
from tests.support.stub_tokens import PASSWORD, USERNAME


class Tokens:
    """A token store whose clock stands still until it is moved."""

    def __init__(self, stub: StubRegistry, wire: Wire) -> None:
        self.now = 0.0
        self._stub = stub
        self._store = TokenStore(wire, RetryPolicy(0, clock=lambda: self.now))

    def get(self, name: str = "lab/model", seconds: float = 0.0, username: str = USERNAME) -> str:
        credential = Credential(username, PASSWORD, source="a test") if username else None
        request = TokenRequest(f"{self._stub.url}/token", "stub", (pull_scope(name),), credential)
        return self._store.get(request, seconds)

    def forget(self, value: str) -> None:
        self._store.forget(value)


@pytest.fixture
def tokens(stub: StubRegistry, tmp_path: Path) -> Iterator[Tokens]:
    stub.quirks.auth, stub.quirks.public = "bearer", True
    wire = Wire(stub.host, Settings(home=tmp_path))
    yield Tokens(stub, wire)
    wire.close()


@pytest.mark.parametrize(
    ("claimed", "kept_at", "renewed_at"),
    [(300, 269, 271), (None, 53, 55), (3600, 3239, 3241), (8, 3, 5), (0, 0, 1)],
)
def test_tokens_are_renewed_a_tenth_early(
    stub: StubRegistry, tokens: Tokens, claimed: int | None, kept_at: float, renewed_at: float
) -> None:
    stub.quirks.token_seconds = claimed
    first = tokens.get()
    tokens.now = kept_at
    assert tokens.get() == first
    tokens.now = renewed_at
    assert tokens.get() != first


def test_a_token_for_a_body_must_hold_for_as_long_as_the_body_takes(stub: StubRegistry, tokens: Tokens) -> None:
    first = tokens.get()
    tokens.now = 250
    assert tokens.get() == first
    assert tokens.get(seconds=60) != first


def test_a_short_token_is_not_renewed_for_each_body(stub: StubRegistry, tokens: Tokens) -> None:
    stub.quirks.token_seconds = 60
    assert tokens.get(seconds=60) == tokens.get(seconds=60)


def test_tokens_of_others_are_not_used(tokens: Tokens) -> None:
    assert len({tokens.get(), tokens.get("lab/other"), tokens.get(username="")}) == 3


def test_a_forgotten_token_is_not_used_again(tokens: Tokens) -> None:
    first = tokens.get()
    assert first.startswith("Bearer ")
    tokens.forget(first)
    assert tokens.get() != first


def test_a_realm_keeps_its_own_query(stub: StubRegistry, tokens: Tokens, tmp_path: Path) -> None:
    wire = Wire(stub.host, Settings(home=tmp_path))
    store = TokenStore(wire, RetryPolicy(0))
    store.get(TokenRequest(f"{stub.url}/token?tenant=a%2Fb", "", (pull_scope("m"),), None))
    wire.close()
    assert stub.requests[-1].target == "/token?tenant=a%2Fb&scope=repository:m:pull"


def test_a_token_shows_nothing_of_itself(tokens: Tokens) -> None:
    value = tokens.get().removeprefix("Bearer ")
    assert value not in repr(vars(tokens._store))
