"""Which pictures kill the worker: those that were in hand when it died are tried one at a time from then on, and one
that was in hand alone, twice, is passed over."""

from collections import Counter
from collections.abc import Set

from pictrace.questions import Distrust


class Blame:
    def __init__(self) -> None:
        self.distrust = Distrust()
        self._failures: Counter[str] = Counter()

    def learn(self, in_hand: Set[str], reason: str | None) -> None:
        """No reason where the worker was killed from outside: then no picture is to blame."""
        banned = dict(self.distrust.banned)
        if reason is not None and len(in_hand) == 1:
            (key,) = in_hand
            self._failures[key] += 1
            if self._failures[key] >= 2:
                banned[key] = reason
        self.distrust = Distrust(self.distrust.alone | in_hand, banned)
