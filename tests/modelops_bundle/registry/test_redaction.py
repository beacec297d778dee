import pytest

from modelops_bundle.registry.redaction import printable, redact_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://reg.io/v2/m/tags/list?n=1000&last=v1", "https://reg.io/v2/m/tags/list?n=1000&last=v1"),
        (
            "https://store.io/x?sig=SECRET&se=2026&X-Amz-Signature=SECRET",
            "https://store.io/x?sig=…&se=…&X-Amz-Signature=…",
        ),
        ("https://reg.io/up?_state=SECRET&digest=sha256%3Aab", "https://reg.io/up?_state=…&digest=sha256%3Aab"),
        ("https://store.io/x?SECRET", "https://store.io/x?…"),
        ("https://alice:SECRET@reg.io/x#SECRET", "https://reg.io/x"),
    ],
)
def test_only_harmless_values_are_shown(url: str, shown: str) -> None:
    assert redact_url(url) == shown


def test_text_of_a_server_cannot_drive_the_terminal() -> None:
    assert printable("\x1b[2Jgone\r\nnext\x9b1m") == "[2Jgone next 1m"
    assert printable("x" * 300) == "x" * 199 + "…"
