"""Moves the named pictures to the trash in a process of its own, which has a home of its own: the real trash."""

import importlib
import os
import sys
from pathlib import Path

from pictrace.gui.trash import Removal, Stayed, move_to_trash
from pictrace.language import _
from tests.gui.duplicate_groups import real_member


def main(user: str, home: str, folder: str, *pairs: str) -> None:
    """Each pair is "victim<keeper". Where a user is given, it is done with no more rights than that one has."""
    if user:
        # Afterwards the interpreter's own files may be out of reach.
        importlib.import_module("send2trash")
        _("ready")
        os.setuid(int(user))
    removals = []
    for pair in pairs:
        victim, keeper = (real_member(Path(folder), name) for name in pair.split("<"))
        removals.append(Removal(victim, (keeper,)))
    print("ready", flush=True)
    sys.stdin.readline()
    for answer in move_to_trash(removals, Path(home)):
        print(f"stayed: {answer.reason}" if isinstance(answer, Stayed) else "trashed")


if __name__ == "__main__":
    main(*sys.argv[1:])
