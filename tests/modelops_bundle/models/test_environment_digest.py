"""The environment has a digest of its own."""

from dataclasses import replace

import pytest

from modelops_bundle.models.environment_digest import RunEnvironment, environment_digest

ENVIRONMENT = RunEnvironment(
    {"uv.lock": "sha256:1", "pyproject.toml": "sha256:2"}, "3.12.1", "linux", "image@sha256:3"
)


def test_a_golden_value() -> None:
    golden = "sha256:914a797cf7b7e51ba639140b6d7cdbdcc69ca26e1cae0c4052196c42d35d3e2f"
    assert environment_digest(ENVIRONMENT) == golden


def test_the_order_of_files_does_not_matter() -> None:
    backwards = dict(sorted(ENVIRONMENT.files.items()))
    assert environment_digest(replace(ENVIRONMENT, files=backwards)) == environment_digest(ENVIRONMENT)


@pytest.mark.parametrize(
    "change",
    [
        {"files": {}},
        {"python": "3.12.2"},
        {"platform": ""},
        {"container": ""},
        {"python": "", "platform": "3.12.1"},
    ],
)
def test_whatever_is_said_counts(change: dict[str, object]) -> None:
    assert environment_digest(replace(ENVIRONMENT, **change)) != environment_digest(ENVIRONMENT)  # type: ignore[arg-type]
