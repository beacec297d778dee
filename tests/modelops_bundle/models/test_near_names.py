"""A hint names what comes near to a typo."""

from modelops_bundle.models.near_names import nearest, question


def test_a_question_names_what_is_near() -> None:
    assert nearest("models/sier.py", ["models/seir.py", "data/x.csv"]) == ["models/seir.py"]
    assert question(["a", "b"]) == "did you mean 'a' or 'b'?"
    assert question([]) == ""
