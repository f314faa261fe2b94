"""Numbers that belong together, directly or through others."""

from collections import defaultdict


class Groups:
    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, one: int) -> int:
        """The lowest number of its group."""
        while self._parent[one] != one:
            self._parent[one] = self._parent[self._parent[one]]
            one = self._parent[one]
        return one

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._parent[high] = low

    def members(self) -> dict[int, list[int]]:
        """Root → all of its group, in rising order; also of groups of one."""
        groups: dict[int, list[int]] = defaultdict(list)
        for one in range(len(self._parent)):
            groups[self.root(one)].append(one)
        return groups
