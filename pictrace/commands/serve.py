"""The command `pictrace serve`."""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pictrace.commands.words import Archives, Embedder, settings_of_this_run
from pictrace.engine_process import EngineProcess
from pictrace.errors import Interrupted
from pictrace.language import _
from pictrace.questions import EmbedderChoice
from pictrace.terminal import answer


def serve(
    archives: Archives,
    host: Annotated[str, typer.Option(help=_("Where to listen; 0.0.0.0 is every address of this machine."))] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help=_("0 takes any that is free."))] = 5000,
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=_("Who shows the token in this file may use the service. PICTRACE_TOKEN can hold it instead."),
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help=_("A name by which it may be called; may be given several times.")),
    ] = None,
    allow_private_addresses: Annotated[
        bool, typer.Option("--allow-private-addresses", help=_("Fetch pictures from inside this network too."))
    ] = False,
    embedder: Embedder = EmbedderChoice.AUTO,
) -> None:
    """Search in a browser, for a team: one machine holds the archive, everybody drops a picture.

    On this machine alone it needs no token; anywhere else it does, and makes one if none is given."""
    from pictrace.archives import open_archive
    from pictrace.web.access import Access
    from pictrace.web.app import create_app
    from pictrace.web.serving import Server, address_of, give_memory_back, listen

    access = Access.open_for(host, token_file, os.environ, allow_host or [])
    settings = settings_of_this_run()
    for archive in archives:
        open_archive(archive).close()
    give_memory_back()
    with (
        _logged_to_standard_error(),
        listen(host, port) as listener,
        EngineProcess(settings, embedder, private_addresses=allow_private_addresses) as engine,
    ):
        app = create_app(engine, archives, settings, access, upload_megabytes=settings.upload_megabytes)
        server = Server(app)
        address = address_of(listener, host)
        if access.was_generated:
            # What follows a # stays in the browser: it is sent to nobody and stands in no log.
            answer(_("PicTrace is ready. Whoever has this link can use it; it is shown only now:"))
            answer(f"{address}sign-in#{access.token}")
        else:
            answer(_("PicTrace is ready: {address}").format(address=address))
        answer(_("The archives are read in the background, and what is ready is searched already. Ctrl-C ends it."))
        sys.stdout.flush()
        server.run(sockets=[listener])
    if server.told_by is signal.SIGINT:
        raise Interrupted(_("Stopped."))


@contextmanager
def _logged_to_standard_error() -> Iterator[None]:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    loggers = [logging.getLogger(name) for name in ("pictrace", "uvicorn")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
