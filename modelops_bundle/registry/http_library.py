"""httpx without its own command line, which would load rich and pygments: a third of what a push imports."""

import sys

_COMMAND_LINE = "httpx._main"

if "httpx" in sys.modules:
    import httpx
else:
    # None makes the import fail, as it does where rich is not installed; httpx then goes on without.
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]
    import httpx

    del sys.modules[_COMMAND_LINE]

__all__ = ["httpx"]
