"""Scopes: what a registry's token permits, as `repository:<name>:<action>,<action>`.

Source: https://distribution.github.io/distribution/spec/auth/scope/
"""


def pull_scope(repository: str) -> str:
    """Return the scope that reads a repository."""
    return f"repository:{repository}:pull"


def push_scope(repository: str) -> str:
    """Return the scope that reads and writes a repository.

    A push needs it from its first request on: Quay answers 401 to a HEAD with a scope for reading only
    while the repository does not exist (helm#30987).
    """
    return f"repository:{repository}:pull,push"


def only_reads(scopes: tuple[str, ...]) -> bool:
    """Tell whether scopes permit to read something, and to change nothing."""
    return bool(scopes) and all(scope.rpartition(":")[2] == "pull" for scope in scopes)


def covers(held: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Tell whether a token for the scopes `held` serves for all of `wanted`."""
    return all(any(_covers(scope, want) for scope in held) for want in wanted)


def _covers(held: str, wanted: str) -> bool:
    (held_name, _, held_actions), (name, _, actions) = held.rpartition(":"), wanted.rpartition(":")
    return held_name == name and set(actions.split(",")) <= set(held_actions.split(","))
