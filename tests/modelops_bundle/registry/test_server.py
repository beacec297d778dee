import pytest

from modelops_bundle.registry.server import (
    RefusedAddress,
    Server,
    check_hop,
    is_loopback,
    is_metadata,
    is_private_address,
    same_server,
    server_of,
)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "reg.localhost",
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "[::1]",
        "0.0.0.0",
        "::ffff:127.0.0.1",
        "2130706433",
        "0x7f000001",
        "127.1",
    ],
)
def test_this_machine_is_known_in_every_spelling(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["169.254.169.254", "fe80::1", "fd00:ec2::254", "metadata.google.internal"])
def test_metadata_services_are_known(host: str) -> None:
    assert is_metadata(host) and not is_loopback(host)


@pytest.mark.parametrize("host", ["ghcr.io", "8.8.8.8", "10.0.0.1", "localhost.example.com"])
def test_other_hosts_are_neither(host: str) -> None:
    assert not is_loopback(host) and not is_metadata(host)


def test_private_addresses_are_known() -> None:
    assert is_private_address("10.1.2.3") and is_private_address("192.168.0.1")
    assert not is_private_address("8.8.8.8") and not is_private_address("reg.internal")


def test_a_port_that_goes_without_saying_makes_no_other_origin() -> None:
    assert same_server("https://Reg.io/a?b", "https://reg.io:443/c")
    assert not same_server("https://reg.io/", "https://reg.io:8443/")
    assert not same_server("https://reg.io/", "http://reg.io/")
    assert server_of("http://[::1]:5000/x") == Server("http", "::1", 5000)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://reg.io/",
        "file:///etc/passwd",
        "reg.io/path",
        "https://",
        "https://reg.io:99999/",
        "https://[bad/",
        "https://a..b/",
        f"https://{'a' * 64}.io/",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(RefusedAddress):
        server_of(url)


def test_an_address_with_a_login_is_refused_without_repeating_it() -> None:
    with pytest.raises(RefusedAddress) as caught:
        server_of("https://alice:hunter2@reg.io/")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("https://reg.io/", "http://reg.io/"),
        ("https://reg.io/", "https://localhost/"),
        ("https://reg.io/", "https://169.254.169.254/latest/meta-data"),
        ("https://10.0.0.1/", "https://127.0.0.1/"),
        ("http://localhost:5000/", "http://169.254.169.254/latest/meta-data"),
        ("https://reg.io/", "https://0x7f.1/"),
    ],
)
def test_replies_must_not_lead_there(source: str, target: str) -> None:
    with pytest.raises(RefusedAddress, match="sends us to"):
        check_hop(source, target)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("https://reg.io/", "https://storage.example.com/x?sig=1"),
        ("http://localhost:5000/", "http://127.0.0.1:9000/"),
        ("https://reg.corp/", "https://10.2.3.4/"),
        ("http://localhost:5000/", "https://storage.example.com/"),
    ],
)
def test_replies_may_lead_there(source: str, target: str) -> None:
    check_hop(source, target)
