"""The command `pictrace search`."""

from typing import Annotated

import typer

from pictrace.commands.words import AsJson, Embedder, query_of, say_what_is_missing, settings_of_this_run
from pictrace.engine_process import EngineProcess
from pictrace.errors import WrongWords
from pictrace.events import Finished, Found
from pictrace.language import _, ngettext
from pictrace.questions import EmbedderChoice, IndexReport, QueryFailed, Region, SearchAnswer, SearchOptions
from pictrace.report import answer_row
from pictrace.terminal import answer, answer_json, follow, harmless, say
from pictrace.worker import Verb


def search(
    queries: Annotated[
        list[str],
        typer.Argument(
            metavar="QUERY...",
            help=_('A picture, a member of an archive ("album.zip!/a.jpg"), a web address, or "-" for standard input.'),
            show_default=False,
        ),
    ],
    archives: Annotated[
        list[str], typer.Option("--in", metavar="ARCHIVE", help=_("Where to look; may be given several times."))
    ],
    top: Annotated[int, typer.Option(min=1, help=_("How many matches to show."))] = 5,
    min_score: Annotated[float, typer.Option(min=0.0, max=1.0, help=_("Leave out what is less alike."))] = 0.0,
    region: Annotated[
        str | None,
        typer.Option(metavar="X,Y,W,H", help=_("Only this part of the query, in pixels of the upright picture.")),
    ] = None,
    mirrored: Annotated[
        bool, typer.Option("--mirrored/--no-mirrored", help=_("Try the query mirrored and turned by quarters too."))
    ] = True,
    embedder: Embedder = EmbedderChoice.AUTO,
    as_json: AsJson = False,
) -> None:
    """Show the pictures that look most like each query, how much, and why."""
    if region is not None and len(queries) > 1:
        raise WrongWords(_("--region goes with one query."))
    options = SearchOptions(top, min_score, None if region is None else _region(region), mirrored)
    asked = [query_of(query) for query in queries]
    failed = False
    with EngineProcess(settings_of_this_run(), embedder) as process:
        job = process.start(Verb.SEARCH, queries=asked, archives=archives, options=options)
        for event in follow(iter(job), job):
            match event:
                case Found(answer=SearchAnswer() as found):
                    show_answer_json(found) if as_json else show_answer(found)
                case Found(answer=QueryFailed(query=query, reason=reason)):
                    failed = True
                    if as_json:
                        answer_json({"query": query, "error": reason})
                    else:
                        say(f"{query}: {reason}")
                case Finished(result=IndexReport() as report):
                    say_what_is_missing(report, archives)
    if failed:
        raise typer.Exit(3)


def _region(text: str) -> Region:
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError:
        raise WrongWords(_('--region takes four whole numbers, "X,Y,W,H", not "{text}".').format(text=text)) from None
    if width <= 0 or height <= 0:
        raise WrongWords(_("--region needs a width and a height above 0."))
    return Region(x, y, width, height)


def show_answer_json(found: SearchAnswer) -> None:
    answer_json(answer_row(found))


def show_answer(found: SearchAnswer) -> None:
    answer(
        ngettext(
            "{query}: compared with {count:,} picture", "{query}: compared with {count:,} pictures", found.searched
        ).format(query=harmless(found.query), count=found.searched)
    )
    if not found.matches:
        answer(_("  Nothing is alike enough."))
    for match in found.matches:
        answer(f"{match.rank:4}  {match.score:4.0%}  {match.label.words:<22}  {harmless(match.picture.name)}")
        answer(f"{'':12}{harmless(match.reason)}")
