from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid
from modelops_bundle.registry.reference import RegistryReference, check_host, host_of, parse_reference

DIGEST = Digest("sha256:" + "ab" * 32)

COMPONENT = st.from_regex(r"[a-z0-9]{1,8}((\.|_|__|-{1,2})[a-z0-9]{1,8}){0,2}", fullmatch=True)
HOST = st.from_regex(r"[a-z][a-z0-9]{0,5}\.[a-z]{2,5}(:[1-9][0-9]{1,3})?|localhost(:5000)?", fullmatch=True)
REFERENCES = st.builds(
    RegistryReference,
    host=HOST.filter(lambda host: not host.startswith(("docker.io", "index.docker.io"))),
    repository=st.lists(COMPONENT, min_size=1, max_size=4).map("/".join),
    tag=st.none() | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,20}", fullmatch=True),
    digest=st.none() | st.just(DIGEST),
)


@given(REFERENCES)
def test_what_is_written_is_read_back(reference: RegistryReference) -> None:
    assert parse_reference(str(reference)) == reference


@pytest.mark.parametrize(
    ("text", "host", "repository", "api_host"),
    [
        ("ubuntu", "docker.io", "library/ubuntu", "registry-1.docker.io"),
        ("lab/model", "docker.io", "lab/model", "registry-1.docker.io"),
        ("docker.io/ubuntu", "docker.io", "library/ubuntu", "registry-1.docker.io"),
        ("index.docker.io/lab/model", "docker.io", "lab/model", "registry-1.docker.io"),
        ("localhost/model", "localhost", "model", "localhost"),
        ("GHCR.io/lab/model", "ghcr.io", "lab/model", "ghcr.io"),
        ("[::1]:5000/model", "[::1]:5000", "model", "[::1]:5000"),
        ("reg:5000/a/b/c", "reg:5000", "a/b/c", "reg:5000"),
    ],
)
def test_the_host_is_found_as_docker_finds_it(text: str, host: str, repository: str, api_host: str) -> None:
    reference = parse_reference(text)
    assert (reference.host, reference.repository, reference.api_host) == (host, repository, api_host)


def test_tag_and_digest_are_told_apart_from_a_port() -> None:
    reference = parse_reference(f"localhost:5000/model:v1@{DIGEST}")
    assert reference == RegistryReference("localhost:5000", "model", "v1", DIGEST)
    assert reference.name == "localhost:5000/model"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "names a registry but no repository"),
        ("ghcr.io", "names a registry but no repository"),
        ("localhost:5000", "names a registry but no repository"),
        ("ghcr.io/", "names a registry but no repository"),
        ("ghcr.io/Lab/model", "no capitals"),
        ("ghcr.io/lab//model", "not a repository name"),
        ("ghcr.io/lab/-model", "not a repository name"),
        ("ghcr.io/lab/a..b", "not a repository name"),
        ("ghcr.io/../etc", "not a repository name"),
        ("ghcr.io/lab/" + "a" * 250, "longer than 255"),
        ("bad_host.io/lab/model", "not the host"),
        ("ghcr.io/lab/model:", "not a tag"),
        ("ghcr.io/lab/model:-v", "not a tag"),
        ("ghcr.io/lab/model:" + "a" * 129, "not a tag"),
        ("ghcr.io/lab/model@sha256:12", "not a digest"),
        ("ghcr.io/lab/model@", "not a digest"),
        ("https://ghcr.io/lab/model", "no scheme"),
    ],
)
def test_what_is_wrong_is_said(text: str, part: str) -> None:
    with pytest.raises(Invalid, match=part) as caught:
        parse_reference(text)
    assert caught.value.hint


@pytest.mark.parametrize("parse", [parse_reference, host_of, check_host])
@pytest.mark.parametrize(
    "text",
    [
        "alice:hunter2@ghcr.io/lab/model",
        "https://alice:hunter2@ghcr.io/lab/model",
        "alice:hunter2!@ghcr.io",
        "alice:a/hunter2@ghcr.io",
        "ghcr.io/lab/model?signature=hunter2",
    ],
)
def test_a_password_in_a_reference_is_refused_and_not_repeated(text: str, parse: Callable[[str], object]) -> None:
    with pytest.raises(Invalid, match=r"no user name or password|before its '\?'") as caught:
        parse(text)
    assert "hunter2" not in f"{caught.value.message} {caught.value.hint}"


@given(st.text(max_size=80))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        reference = parse_reference(text)
    except Invalid:
        return
    assert parse_reference(str(reference)) == reference


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
