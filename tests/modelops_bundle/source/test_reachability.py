"""What can be reached is told as a plain search tells it, with each node asked about once."""

from collections import Counter
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.source.reachability import Reachability

GRAPHS = st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefgh"), max_size=4))


def searched(graph: Mapping[str, list[str]], start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        new = set(graph.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


@given(GRAPHS, st.permutations("abcdefgh"))
def test_it_finds_what_a_plain_search_finds_in_any_order(graph: Mapping[str, list[str]], order: list[str]) -> None:
    reachability = Reachability(lambda node: graph.get(node, ()))
    for start in order:
        reached = list(reachability.reached_from(start))
        assert set(reached) == searched(graph, start)
        assert len(reached) == len(set(reached))


def test_only_what_is_reached_is_asked_about() -> None:
    asked: Counter[str] = Counter()
    graph = {"a": ["b"], "b": ["a"], "c": ["a"]}

    def successors(node: str) -> list[str]:
        asked[node] += 1
        return graph[node]

    reachability = Reachability(successors)
    assert sorted(reachability.reached_from("a")) == ["a", "b"]
    assert set(asked) == {"a", "b"}


def test_a_chain_of_any_length_is_followed() -> None:
    length = 20_000
    reachability = Reachability(lambda node: [str(int(node) + 1)] if int(node) < length else [])
    assert sum(1 for _ in reachability.reached_from("0")) == length + 1
