"""`default_provider_from_env`, where programs for the earlier tool import it from."""

from modelops_bundle.operations import default_provider_from_env

__all__ = ["default_provider_from_env"]
