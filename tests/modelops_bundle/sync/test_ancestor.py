"""What both sides of a merge come from may be nothing."""

from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import EMPTY, tree_of
from modelops_bundle.sync.ancestor import Ancestor
from tests.properties.strategies import entry
from tests.support.bundles import titled_bundle


def test_without_a_version_there_is_no_common_file() -> None:
    assert Ancestor().tree == EMPTY


def test_the_files_in_common_are_those_of_the_version() -> None:
    tree = tree_of([entry("a", 1)])
    assert Ancestor(titled_bundle(tree, {}, LayerRules({}), {})).tree == tree
