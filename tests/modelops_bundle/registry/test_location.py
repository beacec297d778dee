import pytest

from modelops_bundle.digest import Digest
from modelops_bundle.errors import TransferFailed
from modelops_bundle.registry.location import commit_url, next_page_url, redirect_url, upload_url
from modelops_bundle.registry.server import RefusedAddress

DIGEST = Digest("sha256:" + "0" * 64)
POST = "https://reg.io/v2/lab/model/blobs/uploads/"
ODD = "_state=a%2Cb%3D,+&x=1%2F2%20~!'()*;:@"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (f"/v2/lab/model/blobs/uploads/1?{ODD}", f"https://reg.io/v2/lab/model/blobs/uploads/1?{ODD}"),
        (f"1?{ODD}", f"{POST}1?{ODD}"),
        (f"//reg.io/up?{ODD}", f"https://reg.io/up?{ODD}"),
        (f"//store.io/up?{ODD}", f"https://store.io/up?{ODD}"),
        (f"https://reg.io:443/up?{ODD}", f"https://reg.io:443/up?{ODD}"),
        (f"https://store.io/up?{ODD}", f"https://store.io/up?{ODD}"),
        (f"http://reg.io/up?{ODD}", f"https://reg.io/up?{ODD}"),
        ("http://reg.io:80/up", "https://reg.io/up"),
    ],
)
def test_an_upload_goes_where_the_registry_says_byte_for_byte(location: str, expected: str) -> None:
    assert upload_url(POST, location) == expected


@pytest.mark.parametrize(
    "location",
    [
        "http://store.io/up",
        "https://localhost/up",
        "https://192.168.1.1/up",
        "gopher://reg.io/",
        "https://u:p@reg.io/",
    ],
)
def test_an_upload_does_not_go_there(location: str) -> None:
    with pytest.raises(RefusedAddress):
        upload_url(POST, location)


def test_an_upload_without_a_location_is_an_error() -> None:
    with pytest.raises(TransferFailed, match="does not say where"):
        upload_url(POST, None)


def test_the_digest_is_appended_and_nothing_else_changes() -> None:
    encoded = "sha256%3A" + "0" * 64
    assert commit_url(f"https://reg.io/1?{ODD}", DIGEST) == f"https://reg.io/1?{ODD}&digest={encoded}"
    assert commit_url("https://reg.io/1", DIGEST) == f"https://reg.io/1?digest={encoded}"


def test_a_redirect_is_not_followed_out_of_tls() -> None:
    assert redirect_url("https://reg.io/a/b", "../c?sig=x%2Fy") == "https://reg.io/c?sig=x%2Fy"
    with pytest.raises(RefusedAddress, match="without TLS"):
        redirect_url("https://reg.io/a", "http://reg.io/a")


def test_a_list_goes_on_at_the_same_server_only() -> None:
    here = "https://reg.io/v2/m/tags/list?n=1"
    assert (
        next_page_url(here, "/v2/m/tags/list?next_page=a%2B==") == "https://reg.io/v2/m/tags/list?next_page=a%2B=="
    )
    assert next_page_url(here, "http://reg.io/v2/m/tags/list?x") == "https://reg.io/v2/m/tags/list?x"
    with pytest.raises(RefusedAddress, match="another server"):
        next_page_url(here, "https://evil.io/v2/m/tags/list")
