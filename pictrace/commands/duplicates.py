"""The command `pictrace duplicates`."""

from pathlib import Path
from typing import Annotated

import typer

from pictrace import __version__
from pictrace.catalogue import Catalogue
from pictrace.commands.words import Archives, AsJson, Embedder, say_what_is_missing, settings_of_this_run
from pictrace.engine_process import EngineProcess
from pictrace.errors import WrongWords
from pictrace.events import Finished, Found
from pictrace.language import _
from pictrace.picture import Digest
from pictrace.questions import DuplicateGroup, EmbedderChoice
from pictrace.report import facts_of, group_row, kind_words, write_csv, write_html
from pictrace.settings import Settings
from pictrace.terminal import answer, answer_json, follow, harmless
from pictrace.worker import Verb


def duplicates(
    archives: Archives,
    similar: Annotated[bool, typer.Option("--similar", help=_("Also the same scene, photographed again."))] = False,
    embedder: Embedder = EmbedderChoice.AUTO,
    as_json: AsJson = False,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Write a table for a spreadsheet."))] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Write a page with thumbnails."))] = None,
) -> None:
    """Show which files are one photograph: exact copies, edited copies, and scenes photographed again."""
    if sum(map(bool, (as_json, csv, html))) > 1:
        raise WrongWords(_("Choose one of --json, --csv and --html."))
    settings = settings_of_this_run()
    groups: list[DuplicateGroup] = []
    with EngineProcess(settings, embedder) as process:
        job = process.start(Verb.DUPLICATES, archives=archives, similar=similar)
        for event in follow(iter(job), job):
            if isinstance(event, Found):
                groups.append(event.answer)
            elif isinstance(event, Finished):
                say_what_is_missing(event.result, archives)
    if as_json:
        for group in groups:
            answer_json(group_row(group))
    elif csv is not None:
        write_csv(csv, groups)
    elif html is not None:
        write_html(html, groups, _thumbnails(settings, groups))
    else:
        _show_groups(groups)


def _thumbnails(settings: Settings, groups: list[DuplicateGroup]) -> dict[Digest, bytes]:
    catalogue = Catalogue(settings.catalogue, __version__)
    try:
        return catalogue.thumbnails(list({member.digest for group in groups for member in group.members}))
    finally:
        catalogue.close()


def _show_groups(groups: list[DuplicateGroup]) -> None:
    for group in groups:
        answer(kind_words(group.kind, len(group.members)))
        for member in group.members:
            answer(f"  {harmless(member.picture.name)}  ({facts_of(member)})")
    if not groups:
        answer(_("There are no duplicates."))
