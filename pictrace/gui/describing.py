"""From what the session knows to what the window shows, in words."""

from pictrace.archives.kinds import Kind, kind_of
from pictrace.archives.zip_file import tells_of_damage
from pictrace.errors import ArchiveMissing, ArchiveProtected, ArchiveUnreadable, PicTraceError
from pictrace.events import Stage
from pictrace.gui.shown import Act, Bar, Button, Message, Page, Shown, Tone, Work
from pictrace.gui.state import Phase, State
from pictrace.language import _, ngettext
from pictrace.picture import Match
from pictrace.settings import WEIGHTS_MEGABYTES
from pictrace.wording import described


def describe(state: State) -> Shown:
    results = state.results()
    message = _message(state, results)
    if message is not None:
        page = Page.MESSAGE
    elif _has_results(state) or state.phase in (Phase.INDEXING, Phase.SEARCHING, Phase.STOPPING):
        page = Page.RESULTS
    else:
        page = Page.EMPTY
    skipped = tuple(state.skipped)
    return Shown(
        page=page,
        preferences=state.preferences,
        chosen=state.chosen,
        look=state.look,
        opening=state.chosen is not None and state.look is None and state.query_problem is None,
        archives=state.archives,
        missing=missing_words(state),
        heading=_heading(state),
        results=results,
        sort=state.sort,
        dimmed=state.answer_is_old or (state.phase is Phase.SEARCHING and state.searching_long),
        busy=state.searching_long,
        message=message,
        bars=tuple(_bars(state)),
        work=_work(state),
        status=_status(state, len(results)),
        unreadable=skipped,
        unreadable_words=ngettext(
            "{count:,} file could not be read", "{count:,} files could not be read", len(skipped)
        ).format(count=len(skipped))
        if skipped
        else "",
    )


def _has_results(state: State) -> bool:
    """Nothing was found elsewhere says nothing about the place that is chosen now."""
    return state.answer is not None and bool(state.answer.matches or not state.answer_is_old)


def _heading(state: State) -> str:
    if state.answer_is_old:
        return _("Earlier matches")
    return _("Best matches") if state.answer_is_whole else _("Best matches so far")


def missing_words(state: State) -> str:
    """Why nothing can be looked for yet; empty when all is there."""
    if state.chosen is None and not state.archives:
        return _("Choose a picture, and the folder or ZIP to look in.")
    if state.chosen is None:
        return _("Choose the picture to look for.")
    if not state.archives:
        return _("Choose the folder or ZIP to look in.")
    return ""


def _message(state: State, results: tuple[Match, ...]) -> Message | None:
    if state.query_problem is not None and state.chosen is not None:
        return Message(
            _("This file is not a picture we can read: {name}.").format(name=state.chosen.name),
            state.query_problem,
            (Button(_("Choose another"), Act.CHOOSE_PICTURE),),
        )
    if state.trouble is not None and not _is_death(state.trouble.error):
        return _trouble(state.trouble.error)
    if state.phase is not Phase.IDLE or results:
        return None
    if state.report is not None and not state.stopped and state.report.found == len(state.report.skipped):
        return _nothing_to_search(state)
    if not _has_results(state):
        return None
    closest = state.closest()
    if closest is None:
        return Message(
            _("There is no other picture here."), _("Choose another folder, or another picture."), _wider(state)
        )
    return Message(
        _("Nothing is at least {least:.0%} similar. The closest is {score}.").format(
            least=state.preferences.threshold, score=percent(closest.score)
        ),
        "",
        (Button(_("Show the closest"), Act.SHOW_CLOSEST),),
    )


def _nothing_to_search(state: State) -> Message:
    if state.skipped:
        reasons = Button(_("Show the reasons"), Act.SHOW_UNREADABLE)
        return Message(_("No picture here could be read."), "", (reasons, *_wider(state)))
    return Message(
        _("No pictures in this folder."),
        _("PicTrace reads JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF, JPEG 2000, ICO, PSD and camera RAW files."),
        _wider(state) or (Button(_("Choose another"), Act.CHOOSE_ARCHIVE),),
    )


def _wider(state: State) -> tuple[Button, ...]:
    """Where the folder may have more than was read of it."""
    if state.preferences.subfolders or all(kind_of(archive) is Kind.ARCHIVE for archive in state.archives):
        return ()
    return (Button(_("Include subfolders"), Act.INCLUDE_SUBFOLDERS),)


def _trouble(error: PicTraceError) -> Message:
    another = Button(_("Choose another"), Act.CHOOSE_ARCHIVE)
    retry = Button(_("Retry"), Act.FIND)
    if isinstance(error, ArchiveMissing):
        return Message(_("This folder is gone or the drive is not connected."), error.message, (another, retry))
    if isinstance(error, ArchiveProtected):
        return Message(_("This ZIP is protected by a password."), error.message, (another,))
    if isinstance(error, ArchiveUnreadable):
        return Message(_("This cannot be searched."), error.message, (another, retry))
    return Message(_("That did not work."), error.message, (retry,))


def _is_death(error: PicTraceError) -> bool:
    """Of the worker, or of a job by a bug; what is expected to go wrong has a class of its own."""
    return type(error) is PicTraceError


def _bars(state: State) -> list[Bar]:
    bars = []
    if state.trouble is not None and _is_death(state.trouble.error):
        bars.append(
            Bar(
                Tone.DANGER,
                _("The search stopped unexpectedly. Your index is safe."),
                (Button(_("Start again"), Act.FIND), Button(_("Details"), Act.SHOW_DETAILS)),
            )
        )
    if state.stopped and state.phase is Phase.IDLE:
        bars.append(
            Bar(
                Tone.PLAIN,
                ngettext(
                    "Stopped. {count:,} picture is ready; the rest continue next time.",
                    "Stopped. {count:,} pictures are ready; the rest continue next time.",
                    state.ready,
                ).format(count=state.ready),
                (Button(_("Continue"), Act.FIND),),
            )
        )
    bars += _weights_bars(state)
    if state.copying is not None:
        share = state.copying.done / (state.copying.total or 1)
        bars.append(Bar(Tone.PLAIN, described(state.copying), (Button(_("Cancel"), Act.CANCEL_COPYING),), share=share))
    if state.report is not None and any(tells_of_damage(one.reason) for one in state.skipped):
        read = state.report.indexed + state.report.reused
        words = _("The ZIP is damaged; {count:,} of {total:,} pictures could be read.")
        bars.append(
            Bar(
                Tone.WARNING,
                words.format(count=read, total=read + sum(tells_of_damage(one.reason) for one in state.skipped)),
                (Button(_("Show which"), Act.SHOW_UNREADABLE),),
            )
        )
    if state.notices:
        bars.append(Bar(Tone.WARNING, "\n".join(state.notices), (Button(_("Dismiss"), Act.DISMISS),)))
    return bars


def _weights_bars(state: State) -> list[Bar]:
    if state.download is not None:
        share = state.download.done / state.download.total if state.download.total else None
        cancel = Button(_("Cancel"), Act.CANCEL_DOWNLOAD)
        return [Bar(Tone.WARNING, described(state.download), (cancel,), share=share or 0.0)]
    if state.download_problem is not None:
        words = state.download_problem
    elif state.fallen_back is None or not state.preferences.weights_bar:
        return []
    elif state.fallen_back.missing:
        words = _("The ResNet50 model is not on this computer yet. Searching with the built-in comparison.")
    else:
        words = state.fallen_back.text
    return [
        Bar(
            Tone.WARNING,
            words,
            (
                Button(download_words(), Act.DOWNLOAD_WEIGHTS),
                Button(_("Choose file…"), Act.CHOOSE_WEIGHTS),
                Button(_("Not now"), Act.NO_WEIGHTS),
            ),
        )
    ]


def download_words() -> str:
    return _("Download {megabytes} MB").format(megabytes=WEIGHTS_MEGABYTES)


def _work(state: State) -> Work | None:
    match state.phase:
        case Phase.INDEXING if state.progress is not None:
            progress = state.progress
            share = progress.done / progress.total if progress.total else None
            words = _("Paused · {work}").format(work=described(progress)) if state.paused else described(progress)
            return Work(words, share, progress.stage is not Stage.COUNTING, state.paused)
        case Phase.INDEXING:
            return Work(_("Starting…"), None, False, False)
        case Phase.DRAWING_SAMPLES:
            return Work(_("Drawing sample pictures…"), None, False, False)
        case Phase.STOPPING:
            return Work(_("Stopping…"), None, False, False)
        case Phase.SEARCHING if state.searching_long:
            return Work(_("Searching…"), None, False, False)
    return None


def _status(state: State, matching: int) -> str:
    if state.answer is None:
        return _("Ready. Nothing leaves this computer.")
    if state.answer_is_old and state.phase is Phase.IDLE and not missing_words(state):
        return _("Press “Find similar” to see what matches now.")
    if matching == len(state.answer.matches) < state.answer.searched:
        words = _("At least {count:,} of {total:,} match; the best {count:,} are shown · {seconds:.2f} s")
    else:
        words = _("{count:,} of {total:,} match · {seconds:.2f} s")
    return words.format(count=matching, total=state.answer.searched, seconds=state.answer.seconds)


def percent(score: float) -> str:
    """Never rounded up to 100% what is not the same."""
    return f"{int(score * 100 + 1e-9)}%" if score < 1 else "100%"
