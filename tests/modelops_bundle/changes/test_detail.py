"""A comparison counts everything, and lists a bounded part of it."""

from modelops_bundle.changes.detail import MAX_LISTED, Comparison, Detail, How, comparison


def test_the_summary_counts_things_of_each_kind() -> None:
    found = comparison(
        "Python",
        [
            Detail("function", How.CHANGED, "f", "a", "b"),
            Detail("class", How.ADDED, "A"),
            Detail("class", How.ADDED, "B"),
        ],
    )
    assert found.summary == "1 function changed, 2 classes added"


def test_details_of_one_thing_count_once() -> None:
    found = comparison("Python", [Detail("function", How.CHANGED, "f", line=line) for line in (1, 2, 3)])
    assert found.summary == "1 function changed"
    assert len(found.details) == 3


def test_things_without_a_name_are_each_counted() -> None:
    assert comparison("text", [Detail("line", How.ADDED, new="x")] * 3).summary == "3 lines added"


def test_more_things_than_are_listed_are_counted() -> None:
    found = comparison("YAML", (Detail("key", How.ADDED, f"k{number}") for number in range(1200)))
    assert len(found.details) == MAX_LISTED
    assert found.summary == "1,200 keys added"


def test_many_things_of_one_kind_hide_no_other() -> None:
    many = [Detail("key", How.ADDED, f"k{number}") for number in range(100)]
    assert comparison("YAML", [*many, Detail("key", How.REMOVED, "last")]).details[-1].name == "last"


def test_values_are_cut_to_one_line() -> None:
    old = comparison("text", [Detail("line", How.CHANGED, old="a\n" * 200, new="b")]).details[0].old
    assert old is not None and "\n" not in old and len(old) < 100


def test_names_are_cut_and_harmless_to_a_terminal() -> None:
    found = comparison("JSON", [Detail("key", How.ADDED, "\x1b[31m" + "k" * 5000, where="\n")])
    assert found.details[0].name.startswith("\\x1b[31mkkk") and len(found.details[0].name) <= 200
    assert found.details[0].where == "\\n"


def test_the_note_stands_for_details_where_there_are_none() -> None:
    assert Comparison("Python", note="only comments").summary == "only comments"
