from modelops_bundle.registry.scope import covers, only_reads, pull_scope, push_scope

PULL, PUSH = pull_scope("lab/model"), push_scope("lab/model")


def test_a_token_to_push_serves_to_pull() -> None:
    assert covers((PUSH,), (PULL,))
    assert not covers((PULL,), (PUSH,))
    assert covers((PUSH, pull_scope("lab/other")), (PULL, pull_scope("lab/other")))
    assert not covers((PUSH,), (pull_scope("lab/model2"),))
    assert covers((PULL,), ())


def test_reading_is_told_from_writing() -> None:
    assert only_reads((PULL,))
    assert not only_reads((PULL, PUSH))
    assert not only_reads(())
