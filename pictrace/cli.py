"""The commands, their words and exit codes."""

import io
import os
import sys
from typing import Annotated

import typer

from pictrace import __version__
from pictrace.commands.cache import cache
from pictrace.commands.collect import collect
from pictrace.commands.demo import demo
from pictrace.commands.duplicates import duplicates
from pictrace.commands.explain import explain
from pictrace.commands.index import index
from pictrace.commands.model import model
from pictrace.commands.search import search
from pictrace.commands.serve import serve
from pictrace.errors import Interrupted, PicTraceError
from pictrace.language import _
from pictrace.terminal import answer, say

app = typer.Typer(
    name="pictrace",
    help=_("Find the photographs that look like this one, see how much and why: offline, in folders and archives."),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(epilog=_("Example: pictrace demo"))(demo)
app.command(epilog=_("Example: pictrace index ~/Pictures holiday.zip"))(index)
app.command(epilog=_("Example: pictrace search photo.jpg --in ~/Pictures --in holiday.zip --top 10"))(search)
app.command(epilog=_("Example: pictrace duplicates ~/Pictures --html duplicates.html"))(duplicates)
app.command(epilog=_("Example: pictrace explain one.jpg other.jpg --picture why.png"))(explain)
app.command(epilog=_("Example: pictrace serve ~/Pictures holiday.zip"))(serve)
app.command(epilog=_("Example: pictrace collect https://example.org/gallery -o list.json"))(collect)
app.add_typer(model, name="model")
app.add_typer(cache, name="cache")


def run(words: list[str]) -> int:
    """The whole program, as an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Rather an escaped name than none, where the terminal's or the file's encoding lacks its letters.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _obeyed(words)
        sys.stdout.flush()
    except PicTraceError as error:
        say(error.message)
        return error.exit_code
    except KeyboardInterrupt:
        return Interrupted.exit_code
    except BrokenPipeError:
        # Whoever read our answers has had enough of them; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _obeyed(words: list[str]) -> int:
    try:
        app(args=words, prog_name="pictrace")
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help=_("Show the version."))] = False,
) -> None:
    if version:
        answer(f"pictrace {__version__}")
    elif context.invoked_subcommand is None:
        from pictrace.gui.start import open_until_closed

        open_until_closed()
