"""What holds logins leaves its process neither pickled nor copied, and the refusal repeats none of them."""

import copy
import pickle

import pytest

from modelops_bundle.environment_file import NewEnvironment
from modelops_bundle.environments import Environment
from modelops_bundle.errors import Invalid
from modelops_bundle.registry.credential import Credential
from modelops_bundle.secret_values import SecretValue
from modelops_bundle.settings import Settings

VALUES: list[SecretValue] = [
    Credential("me", "hunter2"),
    Environment("lab", password="hunter2"),
    NewEnvironment("lab", "h.io", secrets={"password": "hunter2"}),
    Settings(password="hunter2"),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_not_pickled_alone_or_inside_something(value: SecretValue, protocol: int) -> None:
    for held in (value, [value], {"a": (value,)}):
        with pytest.raises(Invalid, match=f"{type(value).__name__} holds logins") as refused:
            pickle.dumps(held, protocol)
        assert "hunter2" not in refused.value.message + refused.value.hint


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_copy_would_be_a_pickle_and_is_refused_too(value: SecretValue) -> None:
    with pytest.raises(Invalid):
        copy.deepcopy(value)
