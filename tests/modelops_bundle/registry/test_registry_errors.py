import json
from typing import Any

import httpx
import pytest

from modelops_bundle.errors import (
    AuthRefused,
    BundleError,
    NotFound,
    TransferFailed,
)
from modelops_bundle.registry.registry_errors import (
    BodyTooLarge,
    MediaTypeRefused,
    read_refusal,
    refusal_error,
)
from modelops_bundle.registry.retry import Transient
from modelops_bundle.registry.wire import Reply
from modelops_bundle.remote import BlobsMissing

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def reply(status: int, *errors: dict[str, Any], **headers: str) -> Reply:
    body = json.dumps({"errors": errors}).encode() if errors else b"<html>proxy</html>"
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, httpx.Headers(fields), body, "https://reg.io/v2/")


def error_of(answer: Reply, what: str = "manifest 'v1'", login: str = "") -> BundleError:
    return refusal_error(answer, "reg.io/lab/model", what, login)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (reply(401, {"code": "UNAUTHORIZED"}), AuthRefused, 4),
        (reply(403, {"code": "DENIED", "message": "requested access is denied"}), AuthRefused, 4),
        (reply(404, {"code": "NAME_UNKNOWN"}), NotFound, 1),
        (reply(404, {"code": "MANIFEST_UNKNOWN"}), NotFound, 1),
        (reply(404), NotFound, 1),
        (reply(413), BodyTooLarge, 3),
        (reply(400, {"code": "MANIFEST_INVALID", "message": "unknown media type: x"}), MediaTypeRefused, 10),
        (reply(400, {"code": "MANIFEST_BLOB_UNKNOWN"}), BlobsMissing, 3),
        (reply(404, {"code": "BLOB_UNKNOWN"}), BlobsMissing, 3),
        (reply(400, {"code": "MANIFEST_INVALID"}), TransferFailed, 3),
        (reply(405, {"code": "UNSUPPORTED"}), TransferFailed, 3),
        (reply(429, {"code": "TOOMANYREQUESTS"}), Transient, 3),
        (reply(502), Transient, 3),
    ],
)
def test_refusals_become_errors_with_an_exit_code_and_a_hint(
    answer: Reply, kind: type[BundleError], code: int
) -> None:
    error = error_of(answer)
    assert type(error) is kind and error.exit_code == code and error.hint
    assert "reg.io/lab/model" in error.message


def test_the_hint_says_how_to_log_in_and_which_login_was_not_enough() -> None:
    assert error_of(reply(401)).hint == "log in: modelops-bundle login reg.io"
    assert "'/home/a/config.json'" in error_of(reply(403), login="'/home/a/config.json'").hint


def test_a_missing_blob_is_told_from_a_manifest_that_names_missing_blobs() -> None:
    assert type(error_of(reply(404, {"code": "BLOB_UNKNOWN"}), f"blob '{A}'")) is NotFound


def test_the_digests_that_the_registry_lacks_are_found_wherever_they_stand() -> None:
    error = error_of(
        reply(
            400,
            {"code": "MANIFEST_BLOB_UNKNOWN", "detail": {"digest": B}},
            {"code": "MANIFEST_BLOB_UNKNOWN", "detail": A},
        )
    )
    assert isinstance(error, BlobsMissing) and error.digests == (A, B)


def test_the_wait_that_a_server_asks_for_is_passed_on() -> None:
    error = error_of(reply(503, Retry_After="9"))
    assert isinstance(error, Transient) and error.retry_after == 9


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[1]",
        b'{"errors": 5}',
        b'{"errors": [5, null]}',
        b'{"errors": [{"code": 5}]}',
        b"\xff",
        b"{" * 60_000,
    ],
)
def test_any_body_is_understood_as_far_as_it_goes(body: bytes) -> None:
    refusal = read_refusal(Reply(400, httpx.Headers(), body, "https://reg.io/"))
    assert refusal.code == "" and refusal.digests == ()


def test_what_a_server_says_cannot_drive_the_terminal_or_fill_it() -> None:
    error = error_of(reply(400, {"code": "X", "message": "\x1b[31m" + "y" * 5000}, {"code": "Z"}))
    assert "\x1b" not in error.message and len(error.message) < 400 and "Z" in error.message
