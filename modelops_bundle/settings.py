"""The one module that reads the process environment.

The command line builds one `Settings` and hands it down; the library takes it as an argument. The variables
of both earlier tools are understood; where several names mean one thing, `MODELOPS_*` wins over
`MODEL_OPS_*`, and that over the bare name. docs/environments.md lists them.
"""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modelops_bundle.errors import Invalid
from modelops_bundle.secret_values import SecretValue

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}

AZURE_ACCOUNT, AZURE_CONTAINER = "modelops", "bundles"
"""What a key of Azure is for where nothing else says it, as in the earlier modelops-bundles."""


@dataclass(frozen=True, slots=True)
class Settings(SecretValue):
    """What the environment says; empty text and None mean that it says nothing."""

    home: Path = field(default_factory=Path)
    docker_config: Path | None = None
    registry_auth_file: Path | None = None
    runtime_dir: Path | None = None
    config_home: Path | None = None
    cache_home: Path | None = None
    bundle_cache: Path | None = None
    registry: str = ""
    repository: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    insecure: bool = False
    ca_file: Path | None = None
    environment: str = ""
    bundles_cache: Path | None = None
    azure_connection_string: str = field(default="", repr=False)
    azure_account: str = ""
    azure_key: str = field(default="", repr=False)
    azure_sas_token: str = field(default="", repr=False)
    azure_endpoint: str = ""
    storage_container: str = ""
    storage_timeout: float = 30.0
    timeout: float = 60.0
    retries: int = 6
    jobs: int = 0
    trace: str = ""
    no_color: bool = False
    ci: bool = False

    @property
    def cache_dir(self) -> Path:
        """Where this user's commands keep what can be fetched again."""
        return self.bundle_cache or (self.cache_home or self.home / ".cache") / "modelops-bundle"

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; raise Invalid naming the variable whose value makes no sense."""

        read = _Variables(variables)
        key = read.text("AZURE_STORAGE_KEY")
        return cls(
            home=Path(read.text("HOME", "USERPROFILE") or os.path.expanduser("~")),
            docker_config=read.path("DOCKER_CONFIG"),
            registry_auth_file=read.path("REGISTRY_AUTH_FILE"),
            runtime_dir=read.path("XDG_RUNTIME_DIR"),
            config_home=read.path("XDG_CONFIG_HOME"),
            cache_home=read.path("XDG_CACHE_HOME"),
            bundle_cache=read.path("MODELOPS_BUNDLE_CACHE_DIR"),
            registry=read.text(
                "MODELOPS_BUNDLE_REGISTRY", "MODELOPS_REGISTRY_URL", "MODEL_OPS_REGISTRY_URL", "REGISTRY_URL"
            ),
            repository=read.text("MODELOPS_REGISTRY_REPO", "MODEL_OPS_REGISTRY_REPO", "REGISTRY_REPO"),
            username=read.text("MODELOPS_REGISTRY_USERNAME", "MODEL_OPS_REGISTRY_USERNAME", "REGISTRY_USERNAME"),
            password=read.text("MODELOPS_REGISTRY_PASSWORD", "MODEL_OPS_REGISTRY_PASSWORD", "REGISTRY_PASSWORD"),
            token=read.text("MODELOPS_REGISTRY_TOKEN"),
            insecure=read.flag(
                *("MODELOPS_BUNDLE_INSECURE", "MODELOPS_REGISTRY_INSECURE"),
                *("MODEL_OPS_REGISTRY_INSECURE", "REGISTRY_INSECURE"),
            ),
            ca_file=read.path("MODELOPS_BUNDLE_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
            environment=read.text("MODELOPS_BUNDLE_ENV"),
            bundles_cache=read.path("MODELOPS_BUNDLES_CACHE_DIR"),
            azure_connection_string=read.text("AZURE_STORAGE_CONNECTION_STRING"),
            azure_account=read.text("AZURE_STORAGE_ACCOUNT") or (AZURE_ACCOUNT if key else ""),
            azure_key=key,
            azure_sas_token=read.text("AZURE_STORAGE_SAS_TOKEN"),
            azure_endpoint=read.text(
                "MODELOPS_AZURE_BLOB_ENDPOINT", "MODEL_OPS_AZURE_BLOB_ENDPOINT", "AZURE_BLOB_ENDPOINT"
            ),
            storage_container=read.text("AZURE_STORAGE_CONTAINER") or (AZURE_CONTAINER if key else ""),
            storage_timeout=read.seconds(
                30.0, "MODELOPS_EXT_TIMEOUT", "MODEL_OPS_EXT_TIMEOUT", "EXT_TIMEOUT", "EXTERNAL_TIMEOUT_S"
            ),
            timeout=read.seconds(60.0, "MODELOPS_HTTP_TIMEOUT", "MODEL_OPS_HTTP_TIMEOUT", "HTTP_TIMEOUT"),
            retries=read.count(6, "MODELOPS_HTTP_RETRY", "MODEL_OPS_HTTP_RETRY", "HTTP_RETRY"),
            jobs=read.count(0, "MODELOPS_BUNDLE_JOBS"),
            trace=read.text("MODELOPS_BUNDLE_TRACE"),
            no_color=bool(read.text("NO_COLOR")),
            ci=read.flag("CI") if read.text("CI").lower() in _TRUE | _FALSE else True,
        )


class _Variables:
    """Environment variables, of which the first of some names that is set and not blank counts."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, *names: str) -> str:
        return self._variables.get(self._source(names), "").strip()

    def path(self, *names: str) -> Path | None:
        value = self.text(*names)
        return Path(value) if value else None

    def flag(self, *names: str) -> bool:
        value = self.text(*names).lower()
        if value not in _TRUE | _FALSE:
            raise self._refusal("neither true nor false", names)
        return value in _TRUE

    def seconds(self, default: float, *names: str) -> float:
        value = self.text(*names)
        try:
            found = float(value) if value else default
        except ValueError:
            found = math.nan
        if not 0 < found < math.inf:
            raise self._refusal("not a number above 0", names)
        return found

    def count(self, default: int, *names: str) -> int:
        value = self.text(*names)
        if not re.fullmatch("[0-9]{0,9}", value):
            raise self._refusal("not a number of 0 or more", names)
        return int(value or default)

    def _source(self, names: tuple[str, ...]) -> str:
        return next((name for name in names if self._variables.get(name, "").strip()), names[0])

    def _refusal(self, what: str, names: tuple[str, ...]) -> Invalid:
        name = self._source(names)
        return Invalid(f"{name} is {what}: '{self._variables[name].strip()}'", hint=f"unset {name}")
