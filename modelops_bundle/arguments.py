"""What callers of the Python API hand over: told by the name of the argument, where it is of the wrong kind.

Scripts forget variables that are not set: '' and None must not stand for the current directory, nor fail later.
"""

from pathlib import Path

from modelops_bundle.errors import Invalid


class WrongArgument(Invalid, TypeError, ValueError):
    """An argument of the Python API is of the wrong kind, or empty."""


def text_argument(name: str, value: object) -> str:
    """Return an argument that is to be text; raise WrongArgument."""
    if not isinstance(value, str):
        raise WrongArgument(f"'{name}' is {kind_of(value)}, not text", hint=f"give {name} as a str")
    return value


def path_argument(name: str, value: object) -> Path:
    """Return an argument that is to be the path of a file or directory; raise WrongArgument."""
    if not isinstance(value, str | Path):
        raise WrongArgument(f"'{name}' is {kind_of(value)}, not a path", hint=f"give {name} as a str or a Path")
    if not value:
        raise WrongArgument(f"'{name}' is empty", hint=f"{name}='.' stands for the current directory")
    return Path(value)


def kind_of(value: object) -> str:
    """Say what an argument is that should be something else."""
    return "None" if value is None else f"of type {type(value).__name__}"
