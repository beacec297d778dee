"""`load_config`, where the platform imports it from; `api` has it.

The name says nothing, and stands here only because `mops jobs submit` has the line
`from modelops_bundle.ops import load_config`.
"""

from modelops_bundle.api import load_config

__all__ = ["load_config"]
