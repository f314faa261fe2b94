"""Arguments and options that several commands share."""

import sys
from typing import Annotated

import typer

from pictrace.language import _, ngettext
from pictrace.questions import EmbedderChoice, IndexReport, Query
from pictrace.settings import Settings, load_settings
from pictrace.terminal import say

Archives = Annotated[
    list[str],
    typer.Argument(
        metavar="ARCHIVE...", help=_("Folders, ZIP, CBZ or TAR files, lists of web addresses."), show_default=False
    ),
]
Embedder = Annotated[
    EmbedderChoice,
    typer.Option("--embedder", help=_("Who compares: auto is resnet50 where its weights are, else builtin.")),
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON lines."))]


def settings_of_this_run() -> Settings:
    settings, complaints = load_settings()
    for complaint in complaints:
        say(complaint)
    return settings


def query_of(text: str) -> Query:
    """A dash stands for the bytes on standard input."""
    return Query(text, sys.stdin.buffer.read() if text == "-" else None)


def say_if_empty(report: IndexReport, archives: list[str]) -> None:
    if report.found == 0:
        say(
            _(
                "There are no pictures in {archives}. PicTrace reads JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF, "
                "JPEG 2000, ICO, PSD and camera RAW files."
            ).format(archives=", ".join(archives))
        )


def say_what_is_missing(report: IndexReport, archives: list[str]) -> None:
    say_if_empty(report, archives)
    if report.skipped:
        say(
            ngettext(
                '{count} file could not be read; "pictrace index" names it and says why.',
                '{count} files could not be read; "pictrace index" names them and says why.',
                len(report.skipped),
            ).format(count=len(report.skipped))
        )
