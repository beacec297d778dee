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

        def text(*names: str) -> str:
            return next((variables[name].strip() for name in names if variables.get(name, "").strip()), "")

        def source(*names: str) -> str:
            return next((name for name in names if variables.get(name, "").strip()), names[0])

        def path(*names: str) -> Path | None:
            value = text(*names)
            return Path(value) if value else None

        def flag(*names: str) -> bool:
            value = text(*names).lower()
            if value not in _TRUE | _FALSE:
                name = source(*names)
                raise Invalid(f"{name} is neither true nor false: '{value}'", hint=f"unset {name}")
            return value in _TRUE

        def seconds(default: float, *names: str) -> float:
            value = text(*names)
            try:
                found = float(value) if value else default
            except ValueError:
                found = math.nan
            if not 0 < found < math.inf:
                name = source(*names)
                raise Invalid(f"{name} is not a number above 0: '{value}'", hint=f"unset {name}")
            return found

        def count(default: int, *names: str) -> int:
            value = text(*names)
            if not re.fullmatch("[0-9]{0,9}", value):
                name = source(*names)
                raise Invalid(f"{name} is not a number of 0 or more: '{value}'", hint=f"unset {name}")
            return int(value or default)

        key = text("AZURE_STORAGE_KEY")
        return cls(
            home=Path(text("HOME", "USERPROFILE") or os.path.expanduser("~")),
            docker_config=path("DOCKER_CONFIG"),
            registry_auth_file=path("REGISTRY_AUTH_FILE"),
            runtime_dir=path("XDG_RUNTIME_DIR"),
            config_home=path("XDG_CONFIG_HOME"),
            cache_home=path("XDG_CACHE_HOME"),
            bundle_cache=path("MODELOPS_BUNDLE_CACHE_DIR"),
            registry=text(
                "MODELOPS_BUNDLE_REGISTRY", "MODELOPS_REGISTRY_URL", "MODEL_OPS_REGISTRY_URL", "REGISTRY_URL"
            ),
            repository=text("MODELOPS_REGISTRY_REPO", "MODEL_OPS_REGISTRY_REPO", "REGISTRY_REPO"),
            username=text("MODELOPS_REGISTRY_USERNAME", "MODEL_OPS_REGISTRY_USERNAME", "REGISTRY_USERNAME"),
            password=text("MODELOPS_REGISTRY_PASSWORD", "MODEL_OPS_REGISTRY_PASSWORD", "REGISTRY_PASSWORD"),
            token=text("MODELOPS_REGISTRY_TOKEN"),
            insecure=flag(
                *("MODELOPS_BUNDLE_INSECURE", "MODELOPS_REGISTRY_INSECURE"),
                *("MODEL_OPS_REGISTRY_INSECURE", "REGISTRY_INSECURE"),
            ),
            ca_file=path("MODELOPS_BUNDLE_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
            environment=text("MODELOPS_BUNDLE_ENV"),
            bundles_cache=path("MODELOPS_BUNDLES_CACHE_DIR"),
            azure_connection_string=text("AZURE_STORAGE_CONNECTION_STRING"),
            azure_account=text("AZURE_STORAGE_ACCOUNT") or (AZURE_ACCOUNT if key else ""),
            azure_key=key,
            azure_sas_token=text("AZURE_STORAGE_SAS_TOKEN"),
            azure_endpoint=text(
                "MODELOPS_AZURE_BLOB_ENDPOINT", "MODEL_OPS_AZURE_BLOB_ENDPOINT", "AZURE_BLOB_ENDPOINT"
            ),
            storage_container=text("AZURE_STORAGE_CONTAINER") or (AZURE_CONTAINER if key else ""),
            storage_timeout=seconds(
                30.0, "MODELOPS_EXT_TIMEOUT", "MODEL_OPS_EXT_TIMEOUT", "EXT_TIMEOUT", "EXTERNAL_TIMEOUT_S"
            ),
            timeout=seconds(60.0, "MODELOPS_HTTP_TIMEOUT", "MODEL_OPS_HTTP_TIMEOUT", "HTTP_TIMEOUT"),
            retries=count(6, "MODELOPS_HTTP_RETRY", "MODEL_OPS_HTTP_RETRY", "HTTP_RETRY"),
            jobs=count(0, "MODELOPS_BUNDLE_JOBS"),
            trace=text("MODELOPS_BUNDLE_TRACE"),
            no_color=bool(text("NO_COLOR")),
            ci=flag("CI") if text("CI").lower() in _TRUE | _FALSE else True,
        )
