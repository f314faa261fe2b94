"""What people see instead of the server's paths."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pictrace.language import _


class Labels:
    """An archive's label is the last part of its path, made unique."""

    def __init__(self, archives: Sequence[str], home: Path) -> None:
        self._labels: dict[str, str] = {}
        used: Counter[str] = Counter()
        for archive in dict.fromkeys(archives):
            label = os.path.basename(os.path.abspath(archive)) or _("pictures")  # noqa: PTH100, PTH119
            used[label] += 1
            self._labels[archive] = label if used[label] == 1 else f"{label} ({used[label]})"
        hidden = {str(home): _("the cache")}
        for archive, label in self._labels.items():
            hidden |= dict.fromkeys((os.path.realpath(archive), os.path.abspath(archive), archive), label)  # noqa: PTH100
        self._hidden = {path: label for path, label in hidden.items() if path.strip("/\\.")}
        longest_first = sorted(self._hidden, key=len, reverse=True)
        self._any_hidden = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def all(self) -> list[str]:
        return list(self._labels.values())

    def of(self, archive: str) -> str:
        return self._labels[archive]

    def hide_paths(self, sentence: str) -> str:
        return self._any_hidden.sub(lambda found: self._hidden[found[0]], sentence)
