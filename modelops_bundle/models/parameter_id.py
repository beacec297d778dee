"""The identity of a set of parameters, as the platform's contracts compute it: what its results are keyed by.

Results of a model are keyed by its composite digest, entry point, scenario, parameters, seed and environment. The
platform and whoever calibrates must agree on the third, so this is their function, byte by byte.
"""

import hashlib
import json
import math
from collections.abc import Mapping

from modelops_bundle.errors import Invalid
from modelops_bundle.safe_path import is_utf8, printable

Scalar = bool | int | float | str

DOMAIN = "contracts:param:v1|"


class NotAParameter(Invalid):
    """A parameter has a name or a value that no parameter can have."""

    def __init__(self, name: object, why: str) -> None:
        super().__init__(
            f"not a parameter: '{printable(str(name))}' {why}",
            hint="parameters are numbers, texts and truth values by name",
        )


def make_param_id(params: Mapping[str, Scalar]) -> str:
    """Return the id of parameters: 64 hex digits, whatever their order; raise NotAParameter.

    It is the BLAKE2b-256 of the domain and the JSON with sorted keys and no spaces. 1, 1.0 and True are three
    values, and so are 0.0 and -0.0. Source: `modelops_contracts.make_param_id`.
    """
    for name, value in params.items():
        _check(name, value)
    document = json.dumps(dict(params), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.blake2b(f"{DOMAIN}{document}".encode(), digest_size=32).hexdigest()


def _check(name: object, value: object) -> None:
    if not isinstance(name, str):
        raise NotAParameter(name, "is no name")
    if not isinstance(value, Scalar):
        raise NotAParameter(name, f"is of type {type(value).__name__}")
    if isinstance(value, float) and not math.isfinite(value):
        raise NotAParameter(name, f"is {value}, which is no number")
    if not is_utf8(name) or (isinstance(value, str) and not is_utf8(value)):
        raise NotAParameter(name, "holds what is no text")
