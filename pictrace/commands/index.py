"""The command `pictrace index`."""

from collections.abc import Iterator

from pictrace.commands.words import Archives, AsJson, Embedder, say_if_empty, settings_of_this_run
from pictrace.engine_process import EngineProcess
from pictrace.events import Event, Finished, Skipped
from pictrace.language import _
from pictrace.questions import EmbedderChoice, IndexReport
from pictrace.terminal import answer, answer_json, follow, harmless
from pictrace.worker import Verb


def index(archives: Archives, embedder: Embedder = EmbedderChoice.AUTO, as_json: AsJson = False) -> None:
    """Read every picture once and remember its fingerprint. Run again, it reads only what is new."""
    with EngineProcess(settings_of_this_run(), embedder) as process:
        job = process.start(Verb.INDEX, archives=archives)
        report = _report(follow(iter(job), job))
    say_if_empty(report, archives)
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


def _report(events: Iterator[Event]) -> IndexReport:
    for event in events:
        if isinstance(event, Finished) and isinstance(event.result, IndexReport):
            return event.result
    raise AssertionError("an indexing ends with its report")


def _skipped_row(skipped: Skipped) -> dict[str, object]:
    return {"archive": skipped.archive, "name": skipped.name, "reason": skipped.reason}
