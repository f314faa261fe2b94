"""From `pictrace` without words to the window."""

import sys

from pictrace.errors import MachineRefuses, PicTraceError
from pictrace.language import _


def open_until_closed() -> None:
    """Raises MachineRefuses where this machine has no display, or a Python without Tk."""
    try:
        import tkinter  # noqa: F401
    except ImportError as error:
        raise MachineRefuses(
            _(
                "This Python has no tkinter, which draws the window ({reason}). Install it (on Debian and Ubuntu: "
                'apt install python3-tk), or use the commands: "pictrace --help".'
            ).format(reason=error)
        ) from error
    from pictrace.gui.app import run

    run()


def main() -> int:
    """As the command line does it, without the time that loading all commands takes."""
    try:
        open_until_closed()
    except PicTraceError as error:
        if sys.stderr is not None:
            sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0
