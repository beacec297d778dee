"""A push that another one overtook is noticed, and nothing else is taken for one."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops_bundle.bundles.bundle import Bundle
from modelops_bundle.bundles.layers import LayerRules
from modelops_bundle.bundles.tree import Tree, tree_of
from modelops_bundle.checkout.project import Project
from modelops_bundle.safe_path import REGISTRY_PATH
from modelops_bundle.sync.overtaken import base_before_overtaken_push
from modelops_bundle.sync.plan import PullOptions, plan_pull
from modelops_bundle.sync.state import record_sync
from tests.properties.strategies import entry
from tests.support.bundles import titled_bundle

REMOTE, TAG = "localhost:5000/seir", "latest"


def tree(**files: int) -> Tree:
    """Return a tree of files whose contents are numbers; `registry` stands for the registry's path."""
    return tree_of(entry(REGISTRY_PATH if path == "registry" else path, n) for path, n in files.items())


def synced(project: Project, files: Tree, command: str = "push", tag: str = TAG) -> Bundle:
    """Let the project be in sync with a version."""
    bundle = titled_bundle(files, {}, LayerRules({}), {})
    project.keep(bundle)
    record_sync(project, REMOTE, tag, bundle.digest, command, switched=False)
    return bundle


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path)


def test_a_tag_that_holds_nothing_of_my_push_was_overtaken(project: Project) -> None:
    before = synced(project, tree(a=1, b=1))
    synced(project, tree(a=2, b=1))
    found = base_before_overtaken_push(project, REMOTE, TAG, tree(a=1, b=3))
    assert found and found.version == before


def test_a_first_push_that_was_overtaken_was_based_on_nothing(project: Project) -> None:
    synced(project, tree(a=2))
    found = base_before_overtaken_push(project, REMOTE, TAG, tree(b=3))
    assert found and found.version is None


@pytest.mark.parametrize(
    "theirs",
    [tree(a=2, b=2), tree(a=3, b=1), tree(a=1, b=2, c=1), tree(b=1)],
    ids=["all of it", "one path changed again", "a part of it", "one path deleted since"],
)
def test_a_tag_that_holds_or_touched_something_of_it_was_not(project: Project, theirs: Tree) -> None:
    synced(project, tree(a=1, b=1))
    synced(project, tree(a=2, b=2))
    assert base_before_overtaken_push(project, REMOTE, TAG, theirs) is None


def test_the_registry_tells_nothing_where_there_is_something_else(project: Project) -> None:
    synced(project, tree(a=1, registry=1))
    synced(project, tree(a=2, registry=2))
    assert base_before_overtaken_push(project, REMOTE, TAG, tree(a=1, registry=3)) is not None
    assert base_before_overtaken_push(project, REMOTE, TAG, tree(a=2, registry=1)) is None


def test_a_push_of_the_registry_alone_is_told_by_it(project: Project) -> None:
    synced(project, tree(a=1, registry=1))
    synced(project, tree(a=1, registry=2))
    assert base_before_overtaken_push(project, REMOTE, TAG, tree(a=1, registry=1)) is not None
    assert base_before_overtaken_push(project, REMOTE, TAG, tree(a=1, registry=3)) is None


def test_only_a_push_to_this_tag_can_be_overtaken(project: Project) -> None:
    assert base_before_overtaken_push(project, REMOTE, TAG, tree(a=1)) is None
    synced(project, tree(a=1))
    synced(project, tree(a=2), "pull")
    assert base_before_overtaken_push(project, REMOTE, TAG, tree(a=1)) is None
    synced(project, tree(a=3), tag="other")
    assert base_before_overtaken_push(project, REMOTE, TAG, tree(a=2)) is None


def test_a_push_that_changed_nothing_cannot_be_overtaken(project: Project) -> None:
    synced(project, tree(a=1))
    bundle = titled_bundle(tree(a=1), {}, LayerRules({}), {"note": "another manifest"})
    project.keep(bundle)
    record_sync(project, REMOTE, TAG, bundle.digest, "push", switched=False)
    assert base_before_overtaken_push(project, REMOTE, TAG, tree(a=5)) is None


def test_a_version_whose_documents_are_gone_tells_nothing(project: Project) -> None:
    synced(project, tree(a=1))
    last = synced(project, tree(a=2))
    project.objects.discard(last.digest)
    assert base_before_overtaken_push(project, REMOTE, TAG, tree(a=1)) is None


CONTENTS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 3), min_size=1)


@settings(max_examples=40)
@given(before=CONTENTS, mine=CONTENTS, theirs=CONTENTS)
def test_merging_from_that_base_keeps_every_change_of_the_push(
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[str, int],
    mine: dict[str, int],
    theirs: dict[str, int],
) -> None:
    project = Project.create(tmp_path_factory.mktemp("overtaken"))
    synced(project, tree(**before))
    synced(project, tree(**mine))
    found = base_before_overtaken_push(project, REMOTE, TAG, tree(**theirs))
    if found is None:
        return
    plan = plan_pull(tree(**mine), found.tree, tree(**theirs), {}, PullOptions())
    changed = {path for path in before.keys() | mine.keys() if before.get(path) != mine.get(path)}
    assert changed.isdisjoint({*plan.write, *plan.delete, *plan.blocked})
