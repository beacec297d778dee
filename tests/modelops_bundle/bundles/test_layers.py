"""Every file belongs to one layer, and the default rules are part of the format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from modelops_bundle.bundles.bundle_index import LAYERS
from modelops_bundle.bundles.layers import DEFAULT_PATTERNS, LayerRules
from modelops_bundle.errors import Invalid
from tests.properties.strategies import paths


@pytest.mark.parametrize(
    ("path", "layer"),
    [
        ("model.py", "code"),
        ("src/deep/analysis.R", "code"),
        ("Makefile", "code"),
        ("pyproject.toml", "config"),
        (".modelops-bundle/config.yaml", "config"),
        ("docs/README.md", "config"),
        ("trained/net.pt", "models"),
        ("data/cases.csv", "data"),
        ("model.PY", "data"),
        ("no-extension", "data"),
    ],
)
def test_the_defaults_sort_by_kind(path: str, layer: str) -> None:
    assert LayerRules({}).layer_of(path) == layer


def test_custom_patterns_come_first() -> None:
    rules = LayerRules({"data": ("fixtures/**",), "models": ("*.csv",)})
    assert rules.layer_of("fixtures/load.py") == "data"
    assert rules.layer_of("weights.csv") == "models"
    assert rules.layer_of("load.py") == "code"


def test_the_first_layer_that_matches_decides() -> None:
    assert LayerRules({"data": ("*",), "code": ("x",)}).layer_of("x") == "code"


def test_a_bad_pattern_is_refused_by_layer() -> None:
    with pytest.raises(Invalid, match=r"layers\.data"):
        LayerRules({"data": ("!",)})


def test_layers_are_those_of_the_index() -> None:
    assert set(DEFAULT_PATTERNS) == set(LAYERS)


@given(paths())
def test_every_path_has_a_layer(path: str) -> None:
    assert LayerRules({}).layer_of(path) in LAYERS


NAMES = st.sampled_from(
    (
        "a",
        "b.py",
        "x.csv",
        "Makefile",
        "README.md",
        "raw",
        "weights",
        "a.yaml",
        "k.yaml",
        ".gitignore",
        "m.pkl",
        ".py",
    )
)


@given(st.lists(NAMES, min_size=1, max_size=4).map("/".join))
def test_what_is_looked_up_is_what_a_search_of_all_patterns_finds(path: str) -> None:
    custom = {"models": ("weights",), "data": ("*.yaml", "!a.yaml", "raw/")}
    order = ("code", "config", "models", "data")
    lists = [(layer, custom[layer]) for layer in order if layer in custom]
    lists += [(layer, tuple(DEFAULT_PATTERNS[layer])) for layer in order]
    searched = next(layer for layer, patterns in lists if GitIgnoreSpec.from_lines(patterns).match_file(path))
    assert LayerRules(custom).layer_of(path) == searched
