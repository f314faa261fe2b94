"""The commands, their words and exit codes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from pictrace import __version__
from pictrace.cache_command import cache
from pictrace.errors import Interrupted, MachineRefuses, PicTraceError, WrongWords
from pictrace.events import Event, Finished, Found, Skipped
from pictrace.job import EngineProcess
from pictrace.language import _, ngettext
from pictrace.model_command import model
from pictrace.picture import Match
from pictrace.questions import EmbedderChoice, IndexReport, Query, QueryFailed, Region, SearchAnswer, SearchOptions
from pictrace.settings import Settings, load_settings
from pictrace.terminal import answer, answer_json, follow, harmless, say
from pictrace.worker import Verb

app = typer.Typer(
    name="pictrace",
    help=_("Find the photographs that look like this one, see how much and why: offline, in folders and archives."),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(model, name="model")
app.add_typer(cache, name="cache")

Archives = Annotated[
    list[str], typer.Argument(metavar="ARCHIVE...", help=_("Folders, ZIP, CBZ or TAR files."), show_default=False)
]
Embedder = Annotated[
    EmbedderChoice,
    typer.Option("--embedder", help=_("Who compares: auto is resnet50 where its weights are, else builtin.")),
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON lines."))]


def run(words: list[str]) -> int:
    """The whole program, as an exit code."""
    try:
        app(args=words, prog_name="pictrace")
    except SystemExit as end:
        return _exit_code(end.code)
    except PicTraceError as error:
        say(error.message)
        return error.exit_code
    except KeyboardInterrupt:
        return Interrupted.exit_code
    except BrokenPipeError:
        # Whoever read our answers has had enough of them; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 0


def _exit_code(code: object) -> int:
    return code if isinstance(code, int) else 0 if code is None else 1


def settings_of_this_run() -> Settings:
    settings, complaints = load_settings()
    for complaint in complaints:
        say(complaint)
    return settings


@contextmanager
def engine(embedder: EmbedderChoice) -> Iterator[EngineProcess]:
    with EngineProcess(settings_of_this_run(), embedder) as process:
        yield process


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help=_("Show the version."))] = False,
) -> None:
    if version:
        answer(f"pictrace {__version__}")
    elif context.invoked_subcommand is None:
        raise MachineRefuses(
            _(
                "There is no window in this version of PicTrace yet, but the commands work here: "
                'try "python3 main.py demo", or "python3 main.py --help" for all of them.'
            )
        )


@app.command(epilog=_("Example: pictrace index ~/Pictures holiday.zip"))
def index(archives: Archives, embedder: Embedder = EmbedderChoice.AUTO, as_json: AsJson = False) -> None:
    """Read every picture once and remember its fingerprint. Run again, it reads only what is new."""
    with engine(embedder) as process:
        job = process.start(Verb.INDEX, archives=archives)
        report = _report(follow(iter(job), job))
    if as_json:
        answer_json(
            {
                "indexed": report.indexed,
                "reused": report.reused,
                "skipped": [_skipped_row(skipped) for skipped in report.skipped],
                "seconds": report.seconds,
            }
        )
        return
    answer(
        _("{indexed:,} indexed, {reused:,} known already, {skipped:,} passed over, in {seconds:.1f} s.").format(
            indexed=report.indexed, reused=report.reused, skipped=len(report.skipped), seconds=report.seconds
        )
    )
    for skipped in report.skipped:
        answer(f"  {harmless(skipped.name)}: {harmless(skipped.reason)}")
    _say_if_empty(report, archives)


@app.command(epilog=_("Example: pictrace search photo.jpg --in ~/Pictures --in holiday.zip --top 10"))
def search(
    queries: Annotated[
        list[str],
        typer.Argument(
            metavar="QUERY...",
            help=_('A picture, a member of an archive ("album.zip!/a.jpg"), or "-" for standard input.'),
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
    asked = [Query(query, sys.stdin.buffer.read() if query == "-" else None) for query in queries]
    failed = False
    with engine(embedder) as process:
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
                    _say_what_is_missing(report, archives)
    if failed:
        raise typer.Exit(3)


@app.command(epilog=_("Example: pictrace demo"))
def demo(embedder: Embedder = EmbedderChoice.AUTO) -> None:
    """Make sample pictures, index them, search, and show the matches and why: the first thing to try."""
    from pictrace.samples import make_samples

    settings = settings_of_this_run()
    answer(_("Drawing sample pictures…"))
    samples = make_samples(settings.home / "samples")
    answer(_("They are in {folder}").format(folder=harmless(str(samples.folder))))
    with EngineProcess(settings, embedder) as process:
        asked = [Query(str(query.picture)) for query in samples.queries]
        options = SearchOptions(top=5, min_score=0.2)
        job = process.start(Verb.SEARCH, queries=asked, archives=[str(samples.folder)], options=options)
        suggested = iter(samples.queries)
        for event in follow(iter(job), job):
            if isinstance(event, Found):
                answer()
                answer(next(suggested).finds)
                show_answer(event.answer)
    answer()
    answer(_("Try your own: pictrace search PICTURE --in FOLDER"))


def _region(text: str) -> Region:
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError:
        raise WrongWords(_('--region takes four whole numbers, "X,Y,W,H", not "{text}".').format(text=text)) from None
    if width <= 0 or height <= 0:
        raise WrongWords(_("--region needs a width and a height above 0."))
    return Region(x, y, width, height)


def show_answer_json(found: SearchAnswer) -> None:
    answer_json(
        {
            "query": found.query,
            "matches": [_match_row(match) for match in found.matches],
            "searched": found.searched,
            "seconds": found.seconds,
        }
    )


def _match_row(match: Match) -> dict[str, object]:
    return {
        "rank": match.rank,
        "archive": match.picture.archive,
        "name": match.picture.name,
        "sha256": match.digest.hex(),
        "score": round(match.score, 6),
        "cosine": round(match.cosine, 6),
        "structure": None if match.structure is None else round(match.structure, 6),
        "keypoints": None if match.keypoints is None else round(match.keypoints, 6),
        "label": match.label,
    }


def _skipped_row(skipped: Skipped) -> dict[str, object]:
    return {"archive": skipped.archive, "name": skipped.name, "reason": skipped.reason}


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


def _report(events: Iterator[Event]) -> IndexReport:
    for event in events:
        if isinstance(event, Finished) and isinstance(event.result, IndexReport):
            return event.result
    raise AssertionError("an indexing ends with its report")


def _say_if_empty(report: IndexReport, archives: list[str]) -> None:
    if report.found == 0:
        say(
            _(
                "There are no pictures in {archives}. Read are JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF, "
                "JPEG 2000, ICO, PSD and camera RAW files."
            ).format(archives=", ".join(archives))
        )


def _say_what_is_missing(report: IndexReport, archives: list[str]) -> None:
    _say_if_empty(report, archives)
    if report.skipped:
        say(
            ngettext(
                '{count} file could not be read; "pictrace index" names it and says why.',
                '{count} files could not be read; "pictrace index" names them and says why.',
                len(report.skipped),
            ).format(count=len(report.skipped))
        )
