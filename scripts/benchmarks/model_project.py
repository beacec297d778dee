"""A project of many models, as a group of modellers has after years: each model on a few modules of its own, and
all of them on some that they share."""

import random
from pathlib import Path

from scripts.benchmarks.workspace import Workspace

MODELS = 1_000
SOURCES = 5_000
REGISTRY = "registry.yaml"
_SHARED = 20
_PER_PACKAGE = 100
_OWN = 4

_MODEL = '''\
"""Model {number}."""

from modelops_calabaria import BaseModel, ParameterSpace, ParameterSpec, model_output

{imports}


class Model{number:04d}(BaseModel):
    """A model."""

    PARAMS = ParameterSpace((ParameterSpec("beta", 0.0, 1.0, "float"), ParameterSpec("gamma", 0.0, 1.0, "float")))

    def build_sim(self, params, config):
        return {{"beta": params["beta"], "gamma": params["gamma"]}}

    def run_sim(self, state, seed):
        return [step(state, seed) for step in ({steps})]

    @model_output("incidence")
    def incidence(self, raw, seed):
        return raw
'''
_MODULE = '''\
"""Module {number}."""

import math
{imports}

RATE = {rate:.6f}
'''
_FUNCTION = '''

def step_{number}_{at}(state, seed):
    """Advance the state."""
    total = 0.0
    for index, value in enumerate(sorted(state.values())):
        if value > RATE * {at}:
            total += math.exp(-value) * index
        else:
            total -= math.log1p(value + {at}) / (index + 1)
    return {{name: value + total for name, value in state.items()}}
'''


def many_models(space: Workspace) -> Path:
    """Return a new directory with 1,000 models over 5,000 source files, and the REGISTRY that names them.

    It has no digests: in its place in a project, `refresh` fills them in.
    """
    root = space.fresh("models")
    numbers = random.Random(MODELS)
    modules = SOURCES - MODELS - SOURCES // _PER_PACKAGE  # the rest are the `__init__.py` of packages
    for number in range(modules):
        _write(root / f"{_module(number).replace('.', '/')}.py", _source(number, modules, numbers))
    entries = ["version: '1.0'", "models:"]
    for number in range(MODELS):
        package = f"models.group{number // _PER_PACKAGE:02d}"
        own = [_SHARED + number * _OWN % (modules - _SHARED) + at for at in range(_OWN - 1)]
        used = [min(each, modules - 1) for each in [*own, numbers.randrange(_SHARED)]]
        imports = "\n".join(f"from {_module(each)} import step_{each}_0" for each in dict.fromkeys(used))
        steps = ", ".join(f"step_{each}_0" for each in used)
        path = f"{package.replace('.', '/')}/model{number:04d}.py"
        _write(root / path, _MODEL.format(number=number, imports=imports, steps=steps))
        entries += [
            f"  model{number:04d}:",
            f"    entrypoint: {package}.model{number:04d}:Model{number:04d}",
            f"    path: {path}",
            f"    class_name: Model{number:04d}",
        ]
    (root / REGISTRY).write_text("\n".join(entries) + "\n")
    (root / "pyproject.toml").write_text('[project]\nname = "many"\ndependencies = ["modelops-calabaria"]\n')
    return root


def _source(number: int, modules: int, numbers: random.Random) -> str:
    """Return a module with five functions that imports up to two of those after it."""
    others = [] if number < _SHARED else [number + 1 + numbers.randrange(5) for _ in range(numbers.randrange(3))]
    imports = "\n".join(f"from {_module(each)} import RATE as RATE_{each}" for each in others if each < modules)
    text = _MODULE.format(number=number, imports=imports, rate=numbers.random())
    return text + "".join(_FUNCTION.format(number=number, at=at) for at in range(5))


def _module(number: int) -> str:
    return f"lib.part{number // _PER_PACKAGE:02d}.module{number:04d}"


def _write(file: Path, text: str) -> None:
    for package in (file.parent.parent, file.parent):
        if not package.exists():
            package.mkdir()
            (package / "__init__.py").write_text("")
    file.write_text(text)
