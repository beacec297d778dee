"""What is installed is `modelops_bundle`, with every file of its three layers, and a door by the earlier name."""

import importlib.metadata
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from modelops_bundle.porcelain.main import PROGRAMS

CHECKOUT = Path(__file__).parents[1]
PACKED = (
    *("pyproject.toml", "README.md", "LICENSE"),
    *("modelops_bundle", "modelops_bundles", "plumbing", "porcelain"),
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy so that nothing of the build stays in the checkout."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in PACKED:
        if (CHECKOUT / name).is_dir():
            shutil.copytree(
                CHECKOUT / name, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(CHECKOUT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "--wheel-dir", str(built), str(source)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = built.glob("*.whl")
    return zipfile.ZipFile(file)


def test_no_name_but_ours_reaches_site_packages(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"modelops_bundle", "modelops_bundles"}
    (top_level,) = (name for name in wheel.namelist() if name.endswith("top_level.txt"))
    assert wheel.read(top_level).decode().split() == ["modelops_bundle", "modelops_bundles"]


@pytest.mark.parametrize("layer", ["modelops_bundle", "modelops_bundles", "plumbing", "porcelain"])
def test_every_module_of_a_layer_is_in_the_wheel(wheel: zipfile.ZipFile, layer: str) -> None:
    inside = "" if layer.startswith("modelops_bundle") else "modelops_bundle/"
    modules = {f"{inside}{path.relative_to(CHECKOUT)}" for path in (CHECKOUT / layer).rglob("*.py")}
    assert modules
    assert modules <= set(wheel.namelist())


def test_the_platform_finds_the_workers_door_by_its_entry_point(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
    dist = importlib.metadata.Distribution.at(Path(wheel.extract(name, tmp_path)).parent)
    (point,) = dist.entry_points.select(group="modelops.bundle_repos", name="modelops_bundle")
    repository = point.load()(
        registry_ref="localhost:5000",
        cache_dir=str(tmp_path / "cache"),
        cache_structure="digest_short",
        default_tag="latest",
        insecure=True,
    )
    assert callable(repository.ensure_local) and callable(repository.exists)


def test_every_name_of_the_program_is_installed(wheel: zipfile.ZipFile) -> None:
    (points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    scripts = wheel.read(points).decode()
    assert all(f"\n{name} = modelops_bundle.porcelain.main:main\n" in scripts for name in PROGRAMS)


def test_the_wheel_says_that_it_has_types(wheel: zipfile.ZipFile) -> None:
    assert {"modelops_bundle/py.typed", "modelops_bundles/py.typed"} <= set(wheel.namelist())


@pytest.mark.parametrize("layer", ["plumbing", "porcelain"])
def test_static_tools_find_the_layers_through_relative_links(layer: str) -> None:
    link = CHECKOUT / "modelops_bundle" / layer
    assert link.readlink() == Path("..", layer)
    assert (link / "__init__.py").samefile(CHECKOUT / layer / "__init__.py")
