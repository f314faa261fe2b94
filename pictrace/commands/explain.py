"""The command `pictrace explain`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pictrace.commands.words import AsJson, Embedder, query_of, settings_of_this_run
from pictrace.engine_process import EngineProcess
from pictrace.events import Finished
from pictrace.language import _
from pictrace.questions import EmbedderChoice, Explanation
from pictrace.report import write_file
from pictrace.telling import told
from pictrace.terminal import answer, answer_json, follow, harmless
from pictrace.worker import Verb


def explain(
    one: Annotated[str, typer.Argument(metavar="PICTURE", show_default=False)],
    other: Annotated[str, typer.Argument(metavar="PICTURE", show_default=False)],
    embedder: Embedder = EmbedderChoice.AUTO,
    as_json: AsJson = False,
    picture: Annotated[
        Path | None, typer.Option(metavar="OUT.png", help=_("Draw it: joined points, differences, numbers."))
    ] = None,
) -> None:
    """Say why two pictures are as alike as they are: every number, and what was compared how."""
    with EngineProcess(settings_of_this_run(), embedder) as process:
        job = process.start(Verb.EXPLAIN, one=query_of(one), other=query_of(other), draw=picture is not None)
        for event in follow(iter(job), job):
            if isinstance(event, Finished):
                explanation: Explanation = event.result
    if picture is not None and explanation.drawing is not None:
        write_file(picture, explanation.drawing)
    if as_json:
        row = asdict(explanation)
        del row["drawing"], row["overlay"]
        answer_json(row)
    else:
        for line in told(explanation):
            answer(harmless(line))
