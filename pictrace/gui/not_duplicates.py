"""What a person said are no duplicates, remembered by content: moved and renamed files are known again."""

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock
from filelock import Timeout as LockTimeout

from pictrace.errors import MachineRefuses
from pictrace.home import make_home, reason_of
from pictrace.language import _
from pictrace.picture import Digest

_BUSY_SECONDS = 0.2
"""The window waits for it, and another one only writes a few lines."""

Contents = tuple[Digest, ...]
"""In order; a digest stands twice where several files have this content."""


class NotDuplicates:
    """A text file with a line for each group: the SHA-256 of what was in it. Lines that say something else are left
    alone. Where the file cannot be written, MachineRefuses is raised, and this process remembers nonetheless."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._said: dict[Digest, set[Contents]] = defaultdict(set)
        for line in self._lines():
            if (contents := _parsed(line)) is not None:
                self._learn(contents)

    def covers(self, digests: Sequence[Digest]) -> bool:
        """Whether all of this, perhaps among more, was said to be no duplicates. One new content, and it was not."""
        asked = Counter(_contents(digests))
        known = self._said.get(digests[0], set())
        return any(asked <= Counter(contents) for contents in known)

    def remember(self, digests: Sequence[Digest]) -> None:
        contents = _contents(digests)
        self._learn(contents)
        self._rewrite(contents, keep=True)

    def forget(self, digests: Sequence[Digest]) -> None:
        """Takes back what remember was told about the same contents."""
        contents = _contents(digests)
        for digest in contents:
            self._said[digest].discard(contents)
        self._rewrite(contents, keep=False)

    def _learn(self, contents: Contents) -> None:
        for digest in contents:
            self._said[digest].add(contents)

    def _lines(self) -> list[str]:
        try:
            return self._file.read_text("utf-8", "replace").splitlines()
        except OSError:
            return []

    def _rewrite(self, contents: Contents, *, keep: bool) -> None:
        """What another process wrote in the meantime stays."""
        try:
            make_home(self._file.parent)
            with FileLock(f"{self._file}.lock", timeout=_BUSY_SECONDS, mode=0o600):
                lines = [line for line in self._lines() if _parsed(line) != contents]
                if keep:
                    lines.append(" ".join(digest.hex() for digest in contents))
                new = self._file.with_name(f"{self._file.name}.new")
                new.unlink(missing_ok=True)
                with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write("".join(f"{line}\n" for line in lines).encode())
                    file.flush()
                    os.fsync(file.fileno())
                new.replace(self._file)
        except (OSError, LockTimeout) as error:
            sentence = _("That these are no duplicates will be forgotten when PicTrace is closed ({reason}).")
            raise MachineRefuses(sentence.format(reason=reason_of(error))) from error


def _contents(digests: Sequence[Digest]) -> Contents:
    times = Counter(digests)
    return tuple(digest for digest in sorted(times) for _time in range(min(times[digest], 2)))


def _parsed(line: str) -> Contents | None:
    try:
        digests = [Digest(bytes.fromhex(word)) for word in line.split()]
    except ValueError:
        return None
    return _contents(digests) if len(digests) > 1 and all(len(digest) == 32 for digest in digests) else None
