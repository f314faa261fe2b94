"""The command `pictrace demo`."""

from pictrace.commands.search import show_answer
from pictrace.commands.words import Embedder, query_of, settings_of_this_run
from pictrace.engine_process import EngineProcess
from pictrace.events import Found
from pictrace.language import _
from pictrace.questions import EmbedderChoice, SearchOptions
from pictrace.samples import make_samples
from pictrace.terminal import answer, follow, harmless
from pictrace.worker import Verb


def demo(embedder: Embedder = EmbedderChoice.AUTO) -> None:
    """Make sample pictures, index them, search, and show the matches and why: the first thing to try."""
    settings = settings_of_this_run()
    answer(_("Drawing sample pictures…"))
    samples = make_samples(settings.home / "samples")
    answer(_("They are in {folder}").format(folder=harmless(str(samples.folder))))
    with EngineProcess(settings, embedder) as process:
        asked = [query_of(str(query.picture)) for query in samples.queries]
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
