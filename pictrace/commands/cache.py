"""The command `pictrace cache`: what is remembered of pictures that were read once."""

import typer

from pictrace import __version__
from pictrace.catalogue import Catalogue
from pictrace.errors import PicTraceError
from pictrace.fingerprints import reopen, stored_fingerprints
from pictrace.language import _
from pictrace.remembered import forget_everything, refusals_of, what_is_remembered
from pictrace.settings import Settings, load_settings
from pictrace.terminal import answer, harmless

cache = typer.Typer(help=_("What is remembered of pictures: how much it is, forget it, check it."))


@cache.command(epilog=_("Example: pictrace cache status"))
def status() -> None:
    """Say what is remembered, where, and how much room it takes."""
    settings, _complaints = load_settings()
    with refusals_of(settings.home):
        _show(settings)


def _show(settings: Settings) -> None:
    answer(harmless(str(settings.home)))
    remembered = what_is_remembered(settings)
    if (found := remembered.catalogue) is not None:
        answer(
            _("{pictures:,} pictures from {files:,} files: facts and thumbnails, {megabytes:.1f} MB").format(
                pictures=found.pictures, files=found.files, megabytes=found.bytes / 1e6
            )
        )
    for file in remembered.fingerprints:
        fingerprints = reopen(file)
        count = 0 if fingerprints is None else len(fingerprints)
        answer(
            _("{count:,} fingerprints in {file}, {megabytes:.1f} MB").format(
                count=count, file=harmless(file.name), megabytes=file.stat().st_size / 1e6
            )
        )


@cache.command(epilog=_("Example: pictrace cache clear"))
def clear() -> None:
    """Forget everything that was computed; no picture is touched, and all of it can be computed again."""
    settings, _complaints = load_settings()
    forget_everything(settings)
    answer(_("Nothing is remembered any more; the next search reads the pictures again."))


@cache.command(epilog=_("Example: pictrace cache verify"))
def verify() -> None:
    """Read everything that is remembered, and say what is damaged; damaged parts are computed again when needed."""
    settings, _complaints = load_settings()
    with refusals_of(settings.home):
        problems = _problems(settings)
    for problem in problems:
        answer(harmless(problem))
    if problems:
        raise typer.Exit(PicTraceError.exit_code)
    answer(_("All that is remembered is sound."))


def _problems(settings: Settings) -> list[str]:
    problems = []
    if settings.catalogue.exists():
        catalogue = Catalogue(settings.catalogue, __version__)
        problems += [*catalogue.notices, *catalogue.verify()]
        catalogue.close()
    for file in stored_fingerprints(settings.home):
        fingerprints = reopen(file)
        if fingerprints is None:
            problems.append(_("{file} is damaged; what it held is computed again.").format(file=file))
        else:
            problems += fingerprints.notices
    return problems
