"""Every error tells how to go on: by the hint that it is raised with, or the usual one of its class."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import modelops_bundle
from modelops_bundle.errors import BundleError

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(modelops_bundle.__path__, "modelops_bundle.")
    if not name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_no_error_is_raised_without_a_hint(name: str) -> None:
    module = importlib.import_module(name)
    without = [f"{name}:{line}" for line, call in errors_made(module) if not has_hint(module, call)]
    assert without == []


def errors_made(module: ModuleType) -> Iterator[tuple[int, ast.Call]]:
    """Yield where a module makes an error of ours by the name of its class."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and kind_of(module, node):
            yield node.lineno, node


def kind_of(module: ModuleType, call: ast.Call) -> type[BundleError] | None:
    """Return the class of error that a call makes, if it is one."""
    assert isinstance(call.func, ast.Name)
    kind = getattr(module, call.func.id, None)
    return kind if isinstance(kind, type) and issubclass(kind, BundleError) else None


def has_hint(module: ModuleType, call: ast.Call) -> bool:
    """Tell whether an error is made with a hint; a class without that parameter gives one by itself."""
    kind = kind_of(module, call)
    assert kind is not None
    parameters = list(inspect.signature(kind).parameters)
    if "hint" not in parameters or kind.usual_hint:
        return True
    return len(call.args) > parameters.index("hint") or any(word.arg == "hint" for word in call.keywords)
