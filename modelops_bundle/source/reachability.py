"""Which nodes of a graph can be reached from which, told for thousands of nodes in milliseconds.

Tarjan's algorithm finds the nodes that reach each other, which all reach the same; so each edge is looked at once.
Sets of nodes are integers with a bit for each node: those are united some hundred times faster than sets.
"""

from collections.abc import Callable, Iterable, Iterator


class Reachability:
    """A graph with cycles, given by the `successors` of a node, which is explored as far as it is asked about."""

    def __init__(self, successors: Callable[[str], Iterable[str]]) -> None:
        self._successors = successors
        self._nodes: list[str] = []
        self._reached: dict[str, int] = {}

    def reached_from(self, start: str) -> list[str]:
        """Return all nodes that a node leads to, itself among them, in no order."""
        if start not in self._reached:
            self._explore(start)
        bits = bin(self._reached[start])[:1:-1]
        found = []
        at = bits.find("1")
        while at >= 0:
            found.append(self._nodes[at])
            at = bits.find("1", at + 1)
        return found

    def _explore(self, start: str) -> None:
        visited: dict[str, int] = {}
        lowest: dict[str, int] = {}
        unfinished: list[str] = []
        path: list[tuple[str, Iterator[str]]] = []

        def enter(node: str) -> None:
            visited[node] = lowest[node] = len(visited)
            unfinished.append(node)
            path.append((node, iter(self._successors(node))))

        enter(start)
        while path:
            node, rest = path[-1]
            for other in rest:
                if other not in visited and other not in self._reached:
                    enter(other)
                    break
                if other not in self._reached:
                    lowest[node] = min(lowest[node], visited[other])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == visited[node]:
                    self._finish(node, unfinished)

    def _finish(self, node: str, unfinished: list[str]) -> None:
        """Take off the nodes that reach `node` and are reached from it, and note what they reach."""
        members: list[str] = []
        while node not in members[-1:]:
            members.append(unfinished.pop())
        reached = 0
        for number, member in enumerate(members, len(self._nodes)):
            reached |= 1 << number
            for other in self._successors(member):
                reached |= self._reached.get(other, 0)
        self._nodes += members
        self._reached.update(dict.fromkeys(members, reached))
