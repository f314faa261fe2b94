"""The command `pictrace collect`."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pictrace.errors import MachineRefuses, Unreadable, WrongWords
from pictrace.events import Finished, Skipped
from pictrace.fetching import is_address
from pictrace.home import reason_of
from pictrace.language import _, ngettext
from pictrace.terminal import answer, follow, harmless, say

if TYPE_CHECKING:
    from pictrace.collecting import Candidate, Collected, LeftOut


def collect(
    pages: Annotated[
        list[str], typer.Argument(metavar="PAGE...", help=_("Addresses of web pages."), show_default=False)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="LIST.json", help=_("The list to write."), show_default=False)
    ],
) -> None:
    """Make a list of the pictures that web pages show: an archive for the other commands.

    Logos, icons, drawings and pictures smaller than 100 pixels are left out. What a site's robots.txt forbids is not
    read."""
    # Loads aiohttp, which no other command needs before it has something to fetch.
    from pictrace.collecting import collect as collect_from

    for page in pages:
        if not is_address(page):
            raise WrongWords(_('"{page}" is no web address (http://… or https://…).').format(page=page))
    for event in follow(collect_from(pages)):
        if isinstance(event, Skipped):
            say(f"{event.archive}: {event.reason}")
        elif isinstance(event, Finished):
            collected: Collected = event.result
    if not collected.pages:
        raise Unreadable(_("No page could be read, so no list was written."))
    _write(output, collected)
    answer(
        ngettext(
            "{count:,} picture is listed in {file}.", "{count:,} pictures are listed in {file}.", _count(collected)
        ).format(count=_count(collected), file=harmless(str(output)))
    )
    if collected.left_out:
        answer(_("Left out ({what}).").format(what=_told(collected.left_out)))


def _count(collected: "Collected") -> int:
    return len(collected.pictures)


def _told(left_out: "Mapping[LeftOut, int]") -> str:
    return ", ".join(reason.words(count) for reason, count in sorted(left_out.items()))


def _write(file: Path, collected: "Collected") -> None:
    """All of it, or what was there before stays."""
    rows = [_row(candidate) for candidate in collected.pictures]
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        try:
            with unfinished.open("x", encoding="ascii") as stream:
                json.dump(rows, stream, indent=1)
                stream.write("\n")
                stream.flush()
                os.fsync(stream.fileno())
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        sentence = _("{file} cannot be written ({reason}).")
        raise MachineRefuses(sentence.format(file=file, reason=reason_of(error))) from error


def _row(candidate: "Candidate") -> dict[str, str]:
    row = {"url": candidate.address, "page": candidate.page}
    return {**row, "alt": candidate.alt} if candidate.alt else row
