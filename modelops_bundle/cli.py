"""The platform's way to the commands: `app` for Typer's `add_typer`, and `python -m modelops_bundle.cli`.

Typer comes with the platform and is no dependency of ours: it is imported when somebody asks for `app`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

    app: typer.Typer


def __getattr__(name: str) -> "typer.Typer":
    if name != "app":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from modelops_bundle.porcelain import _typer

    return _typer.app


if __name__ == "__main__":
    from modelops_bundle.porcelain.main import main

    main()
