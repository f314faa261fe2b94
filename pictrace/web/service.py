"""What the routes share: one engine, and what is known of it."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request

from pictrace.catalogue import Catalogue
from pictrace.engine_process import EngineProcess
from pictrace.fetching import FetchLimits, is_address
from pictrace.fetching.session import WebSession
from pictrace.language import ngettext
from pictrace.picture import Digest, PictureRef
from pictrace.questions import IndexReport, PictureFacts
from pictrace.settings import Settings
from pictrace.web.answers import JobKind, PictureAnswer
from pictrace.web.asking import Asking
from pictrace.web.dispatcher import Dispatcher
from pictrace.web.labels import Labels
from pictrace.web.pictures import Pictures
from pictrace.web.works import Works

_LOOK_SECONDS = 1.0
_log = logging.getLogger("pictrace.web")


class Service:
    def __init__(
        self,
        engine: EngineProcess,
        archives: Sequence[str],
        settings: Settings,
        catalogue: Catalogue,
        web: WebSession,
        upload_bytes: int,
    ) -> None:
        self.archives = tuple(archives)
        self.web = web
        self.query_limits = FetchLimits(upload_bytes, private_addresses=engine.private_addresses)
        self.labels = Labels(archives, settings.home)
        self.asking = Asking(engine, self.labels)
        self.searches = Dispatcher(self.asking, self.archives)
        self.works = Works(self.asking, self.labels, self.archives)
        reading = FetchLimits(settings.picture_megabytes << 20, private_addresses=engine.private_addresses)
        self.pictures = Pictures(self.asking, self.archives, self.labels, catalogue, web, reading)

    async def look_after_the_archives(self) -> None:
        """They are read in the background, and again when the worker was replaced: a file that was changed just before
        it was read is not remembered."""
        engine = self.asking.engine
        while True:
            # A worker that dies meanwhile begins it again, and one that cannot live is not begun for this alone.
            work = self.works.start(JobKind.INDEX)
            await work.ended()
            if work.report is not None:
                _log.info("%s", _read_through(work.report))
            read_by = engine.workers_begun
            while engine.workers_begun <= read_by:
                await asyncio.sleep(_LOOK_SECONDS)

    async def close(self) -> None:
        """What was done is kept; nothing is left running after about two seconds."""
        await self.asking.close()

    def picture_answer(self, picture: PictureRef, digest: Digest, facts: PictureFacts | None) -> PictureAnswer:
        return PictureAnswer(
            sha256=digest.hex(),
            archive=self.labels.of(picture.archive),
            name=picture.name,
            address=address_of(picture),
            width=facts.width if facts else 0,
            height=facts.height if facts else 0,
            bytes=picture.size_bytes,
            damaged=facts is not None and facts.damaged,
        )


def _read_through(report: IndexReport) -> str:
    skipped = len(report.skipped)
    read = report.found - skipped
    words = ngettext("Everything is read: {read:,} picture.", "Everything is read: {read:,} pictures.", read)
    if skipped:
        passed_over = ngettext("{skipped:,} file could not be read.", "{skipped:,} files could not be read.", skipped)
        words = f"{words} {passed_over}"
    return words.format(read=read, skipped=skipped)


def address_of(picture: PictureRef) -> str | None:
    return picture.name if is_address(picture.key) else None


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


TheService = Annotated[Service, Depends(_service)]
