"""The house stands: porcelain over plumbing over library; files are small, and named for a subject."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

CHECKOUT = Path(__file__).parents[1]
LAYERS = ("modelops_bundle", "plumbing", "porcelain")

MAX_LINES = 400
MAX_MEDIAN_LINES = 130
NAMES_WITHOUT_A_SUBJECT = {
    *("base", "common", "core", "helper", "helpers", "manager", "misc", "ops", "types", "util", "utils")
}

# The platform imports it by this name.
ALLOWED = CHECKOUT / "modelops_bundle" / "ops.py"

# The ways into the program stand beside the library, and above all layers.
ENTRANCES = {"modelops_bundle.__main__", "modelops_bundle.cli"}

# Modules without tests of their own, by path: what tests them, or why there is nothing to test.
WITHOUT_OWN_TESTS = {
    "modelops_bundle/__main__.py": "runs in every test that starts the program as a process",
    "modelops_bundle/ops.py": "the names that the platform imports, which test_operations is about",
    "modelops_bundle/remote.py": "the seam and its values, which each kind of remote is tested against",
    "modelops_bundle/tier.py": "three names and their spelling: blob_stores/test_tiers",
    "modelops_bundle/archive/modelpack.py": "what other tools read of it is the test: scenarios/test_modelpack",
    "modelops_bundle/bundles/media_types.py": "constants",
    "modelops_bundle/files/lock_descriptor.py": "the part that both locks share: test_lockfile, test_shared_lock",
    "modelops_bundle/files/zstandard.py": "imports of one library by two names",
    "modelops_bundle/models/preflight/audit_hook.py": "runs in another process, which test_audit starts",
    "modelops_bundle/registry/http_library.py": "an import that test_startup measures",
    "porcelain/_typer.py": "the application that cli.py mounts: test_cli",
}
# Clients and errors of clouds: one conformance suite asks the same of all of them.
TESTED_AS_ONE = ("modelops_bundle/blob_stores/",)

# What only the settings module and the command line may ask: the library takes it as arguments.
SURROUNDINGS = {
    *("os.environ", "os.environb", "os.getenv", "os.getenvb", "os.getcwd", "os.getcwdb", "os.chdir"),
    "Path.cwd",
    *(f"{here}.{how}" for here in ("Path()", "Path('')", "Path('.')") for how in ("absolute", "resolve", "cwd")),
}


def sources(*layers: str) -> list[Path]:
    return [path for layer in layers for path in sorted((CHECKOUT / layer).rglob("*.py"))]


def module_of(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts if parts[0] == "modelops_bundle" else ("modelops_bundle", *parts))


def imports(tree: ast.AST, module: str) -> Iterator[str]:
    """Yield the full name of everything that a module imports, wherever in it the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def asks_surroundings(tree: ast.AST) -> Iterator[str]:
    """Yield every use of the environment, the current directory or `print`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield "print"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in SURROUNDINGS:
            yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from {f"os.{alias.name}" for alias in node.names} & SURROUNDINGS


def is_command(tree: ast.Module) -> bool:
    """Tell whether a module defines a click command: one function of it is decorated as such."""
    decorators = [
        decorator.func if isinstance(decorator, ast.Call) else decorator
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
    ]
    return any(ast.unparse(decorator).rpartition(".")[2] in {"command", "group"} for decorator in decorators)


def has_tests(path: Path) -> bool:
    """Tell whether the tests of a module stand where it does, in `test_x.py` for `x.py` and for `_x.py`."""
    folder = CHECKOUT / "tests" / path.parent.relative_to(CHECKOUT)
    return any((folder / f"test_{stem}.py").is_file() for stem in (path.stem, path.stem.strip("_")))


def parsed(*layers: str) -> dict[str, ast.Module]:
    return {module_of(path): ast.parse(path.read_bytes()) for path in sources(*layers)}


def reaches(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_every_contract_of_import_linter_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(CHECKOUT)
    assert lint_imports(no_cache=True, no_logo=True) == 0, capsys.readouterr().out


def test_the_library_knows_neither_commands_nor_click() -> None:
    above = ("click", "modelops_bundle.plumbing", "modelops_bundle.porcelain")
    wrong = [
        f"{module} imports {name}"
        for module, tree in parsed("modelops_bundle").items()
        if module not in ENTRANCES
        for name in imports(tree, module)
        if any(reaches(name, package) for package in above)
    ]
    assert wrong == []


@pytest.mark.parametrize(("package", "above"), [("source", ("changes", "models")), ("changes", ("models",))])
def test_models_stand_over_comparing_over_reading(package: str, above: tuple[str, ...]) -> None:
    wrong = [
        f"{module} imports {name}"
        for module, tree in parsed(f"modelops_bundle/{package}").items()
        for name in imports(tree, module)
        if any(reaches(name, f"modelops_bundle.{other}") for other in above)
    ]
    assert wrong == []


def test_only_the_settings_ask_the_surroundings() -> None:
    wrong = [
        f"{module} uses {use}"
        for module, tree in parsed("modelops_bundle").items()
        if module != "modelops_bundle.settings"
        for use in asks_surroundings(tree)
    ]
    assert wrong == []


def test_plumbing_never_imports_porcelain() -> None:
    wrong = [
        f"{module} imports {name}"
        for module, tree in parsed("plumbing").items()
        for name in imports(tree, module)
        if reaches(name, "modelops_bundle.porcelain")
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", ["plumbing", "porcelain"])
def test_no_command_imports_another_of_its_layer(layer: str) -> None:
    commands = {module: tree for module, tree in parsed(layer).items() if is_command(tree)}
    assert commands
    wrong = [
        f"{module} imports {name}"
        for module, tree in commands.items()
        for name in imports(tree, module)
        if any(reaches(name, other) for other in commands if other != module)
    ]
    assert wrong == []


def test_files_are_small() -> None:
    lines = {path: len(path.read_text().splitlines()) for path in sources(*LAYERS, "tests")}
    assert {path.name: count for path, count in lines.items() if count > MAX_LINES} == {}
    code = [lines[path] for path in sources(*LAYERS) if lines[path]]
    assert statistics.median(code) <= MAX_MEDIAN_LINES


def test_every_module_has_tests_of_its_own() -> None:
    modules = {path.relative_to(CHECKOUT).as_posix(): path for path in sources(*LAYERS)}
    without = {name for name, path in modules.items() if path.stem != "__init__" and not has_tests(path)}
    without = {name for name in without if not name.startswith(TESTED_AS_ONE)}
    assert sorted(without - WITHOUT_OWN_TESTS.keys()) == []
    # An exemption goes when the module does, or gets tests.
    assert sorted(WITHOUT_OWN_TESTS.keys() - without) == []


def test_every_file_is_named_for_its_subject() -> None:
    names = {path.stem.strip("_") for path in sources(*LAYERS, "tests", "scripts") if path != ALLOWED}
    assert names & NAMES_WITHOUT_A_SUBJECT == set()


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import click.core", "click.core"),
        ("def f():\n    from click import echo", "click.echo"),
        ("from modelops_bundle import plumbing", "modelops_bundle.plumbing"),
        ("from . import tree", "modelops_bundle.registry.tree"),
        ("from ..plumbing.x import y", "modelops_bundle.plumbing.x.y"),
    ],
)
def test_an_import_is_seen_however_it_is_written(source: str, imported: str) -> None:
    assert list(imports(ast.parse(source), "modelops_bundle.registry.client")) == [imported]


@pytest.mark.parametrize(
    "source",
    [
        "print(1)",
        "os.environ['A']",
        "f(x=os.getenv('A'))",
        "from os import environ",
        "Path.cwd()",
        "Path().absolute()",
        "x = Path('.').resolve() / 'y'",
    ],
)
def test_a_question_to_the_surroundings_is_seen(source: str) -> None:
    assert len(list(asks_surroundings(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    ("source", "command"),
    [
        ("@click.command()\ndef command(): pass", True),
        ("@click.group\ndef command(): pass", True),
        ("@dataclass\nclass Record: pass\ndef command(): pass", False),
    ],
)
def test_a_command_is_known_by_its_decorator(source: str, command: bool) -> None:
    assert is_command(ast.parse(source)) is command
