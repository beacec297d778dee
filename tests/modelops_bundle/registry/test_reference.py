from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.errors import Invalid
from modelops_bundle.registry.reference import (
    RegistryReference,
    check_host,
    check_repository,
    host_of,
    parse_repository,
)

COMPONENT = st.from_regex(r"[a-z0-9]{1,8}((\.|_|__|-{1,2})[a-z0-9]{1,8}){0,2}", fullmatch=True)
HOST = st.from_regex(r"[a-z][a-z0-9]{0,5}\.[a-z]{2,5}(:[1-9][0-9]{1,3})?|localhost(:5000)?", fullmatch=True)
REFERENCES = st.builds(
    RegistryReference,
    host=HOST.filter(lambda host: not host.startswith(("docker.io", "index.docker.io"))),
    repository=st.lists(COMPONENT, min_size=1, max_size=4).map("/".join),
)


@given(REFERENCES)
def test_what_is_written_is_read_back(reference: RegistryReference) -> None:
    assert parse_repository(str(reference)) == reference


@pytest.mark.parametrize(
    ("text", "host", "repository", "api_host"),
    [
        ("docker.io/ubuntu", "docker.io", "library/ubuntu", "registry-1.docker.io"),
        ("index.docker.io/lab/model", "docker.io", "lab/model", "registry-1.docker.io"),
        ("localhost/model", "localhost", "model", "localhost"),
        ("GHCR.io/Lab/Model", "ghcr.io", "lab/model", "ghcr.io"),
        ("[::1]:5000/model", "[::1]:5000", "model", "[::1]:5000"),
        ("reg:5000/a/b/c", "reg:5000", "a/b/c", "reg:5000"),
    ],
)
def test_the_host_is_found_as_docker_finds_it(text: str, host: str, repository: str, api_host: str) -> None:
    reference = parse_repository(text)
    assert (reference.host, reference.repository, reference.api_host) == (host, repository, api_host)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "names no registry"),
        ("ubuntu", "names no registry"),
        ("lab/model", "names no registry"),
        ("ghcr.io", "names a registry but no repository"),
        ("localhost:5000", "names a registry but no repository"),
        ("ghcr.io/", "names a registry but no repository"),
        ("ghcr.io/lab//model", "not a repository name"),
        ("ghcr.io/lab/-model", "not a repository name"),
        ("ghcr.io/lab/a..b", "not a repository name"),
        ("ghcr.io/../etc", "not a repository name"),
        ("ghcr.io/lab/" + "a" * 250, "longer than 255"),
        ("bad_host.io/lab/model", "not the host"),
        ("ghcr.io/lab/model:v1", "not a repository name"),
        ("ghcr.io/lab/\x1b[31m", r"'lab/\\x1b\[31m'"),
        ("https://ghcr.io/lab/model", "not the host"),
    ],
)
def test_what_is_wrong_is_said(text: str, part: str) -> None:
    with pytest.raises(Invalid, match=part) as caught:
        parse_repository(text)
    assert caught.value.hint


@pytest.mark.parametrize("parse", [parse_repository, host_of, check_host])
@pytest.mark.parametrize(
    "text",
    [
        "alice:hunter2@ghcr.io/lab/model",
        "https://alice:hunter2@ghcr.io/lab/model",
        "alice:hunter2!@ghcr.io",
        "alice:a/hunter2@ghcr.io",
        "alice:hunter2@",
        "ghcr.io/lab/model?signature=hunter2",
    ],
)
def test_a_password_is_refused_and_not_repeated(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(Invalid, match=r"no user name or password|before its '\?'") as caught:
        parse(text)
    assert "hunter2" not in f"{caught.value.message} {caught.value.hint}"


def test_a_path_alone_is_checked_as_one_with_a_host() -> None:
    assert check_repository("Lab/Model") == "lab/model"
    with pytest.raises(Invalid, match="not a repository name"):
        check_repository("lab/model:v1")


@given(st.text(max_size=80))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        reference = parse_repository(text)
    except Invalid:
        return
    assert parse_repository(str(reference)) == reference


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("ghcr.io", "ghcr.io"),
        ("https://GHCR.io/v2/", "ghcr.io"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("localhost:5000/lab", "localhost:5000"),
    ],
)
def test_a_host_is_found_in_what_a_person_writes(text: str, host: str) -> None:
    assert host_of(text) == host
