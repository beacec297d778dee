"""The statements of a body: which run on import, and which instead of others."""

import ast

from modelops_bundle.source.blocks import statements


def assigned(source: str) -> dict[str, bool]:
    """Return the names that statements assign, in order, with whether each is an alternative."""
    found = statements(ast.parse(source).body)
    return {node.targets[0].id: other for node, other in found if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]


def test_blocks_are_entered_in_the_order_of_the_source() -> None:
    loop = "    for x in a:\n        c = 3\n    else:\n        d = 4\n"
    source = f"a = 1\nif a:\n    b = 2\n{loop}with a:\n    e = 5\nf = 6"
    assert list(assigned(source)) == ["a", "b", "c", "d", "e", "f"]


def test_what_runs_instead_of_something_before_it_is_an_alternative() -> None:
    branches = "if x:\n    a = 1\nelif y:\n    b = 2\nelse:\n    c = 3"
    assert assigned(branches) == {"a": False, "b": True, "c": True}
    tried = "try:\n    a = 1\nexcept E:\n    b = 2\nelse:\n    c = 3\nfinally:\n    d = 4"
    assert assigned(tried) == {"a": False, "b": True, "c": False, "d": False}
    matched = "match x:\n    case 1:\n        a = 1\n    case _:\n        b = 2"
    assert assigned(matched) == {"a": False, "b": True}
    loop = "while x:\n    a = 1\nelse:\n    b = 2"
    assert assigned(loop) == {"a": False, "b": False}


def test_inside_an_alternative_everything_is_one() -> None:
    assert assigned("if x:\n    a = 1\nelse:\n    with y:\n        b = 2") == {"a": False, "b": True}


def test_groups_of_exceptions_are_handled_too() -> None:
    assert assigned("try:\n    a = 1\nexcept* E:\n    b = 2") == {"a": False, "b": True}


def test_functions_and_classes_are_not_entered() -> None:
    assert assigned("def f():\n    a = 1\nclass C:\n    b = 2\nc = 3") == {"c": False}


def test_what_runs_in_scripts_only_is_left_out() -> None:
    assert assigned('if __name__ == "__main__":\n    a = 1\nelse:\n    b = 2') == {"b": True}
    assert assigned('if __name__ == "other":\n    a = 1') == {"a": False}
    assert assigned('if __name__ != "__main__":\n    a = 1') == {"a": False}


def test_a_chain_of_a_thousand_conditions_is_no_recursion() -> None:
    chain = "if x == 0:\n    a = 0\n" + "".join(f"elif x == {n}:\n    a{n} = {n}\n" for n in range(1, 1000))
    assert len(assigned(chain)) == 1000
