import pytest

from modelops_bundle.registry.endpoint import Endpoint


@pytest.mark.parametrize(
    ("host", "insecure", "bases"),
    [
        ("ghcr.io", False, ("https://ghcr.io",)),
        ("10.0.0.1:5000", False, ("https://10.0.0.1:5000",)),
        ("reg.lan:5000", True, ("https://reg.lan:5000", "http://reg.lan:5000")),
        ("localhost:5000", False, ("http://localhost:5000", "https://localhost:5000")),
        ("[::1]:5000", False, ("http://[::1]:5000", "https://[::1]:5000")),
        ("localhost", False, ("https://localhost", "http://localhost")),
        ("[::1]", False, ("https://[::1]", "http://[::1]")),
    ],
)
def test_only_this_machine_and_insecure_registries_are_asked_without_tls(
    host: str, insecure: bool, bases: tuple[str, ...]
) -> None:
    assert Endpoint(host, insecure=insecure).bases == bases


def test_an_answer_settles_the_scheme() -> None:
    endpoint = Endpoint("localhost:5000", insecure=False)
    assert endpoint.base == "http://localhost:5000"
    endpoint.settle("https://localhost:5000")
    assert endpoint.bases == ("https://localhost:5000",)
