"""The file of ResNet50's weights: find it, check it, fetch it, take it by hand, remove it."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from pictrace.embedders.download import MOST_BYTES, download, forget_part, refusals
from pictrace.errors import MachineRefuses, ModelUnavailable, WeightsMissing
from pictrace.events import Event, Finished, Notice, Progress, Stage
from pictrace.home import sync_folder
from pictrace.language import _
from pictrace.settings import WEIGHTS_MEGABYTES, Settings

WEIGHTS_NAME = "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"
"""As Keras names it, in its cache and in ours."""
CONVERTED_MARK = "complete"
"""The file that is written last into the folder of a converted model."""
_LOCK_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class WeightsStatus:
    path: Path | None
    """None where there are no weights that can be used."""
    bytes: int
    converted: bool
    """They have been converted for OpenVINO, so that a start takes a fraction of a second."""
    problem: str | None
    """A sentence for a file that is there but wrong."""


def find_weights(settings: Settings) -> Path:
    """The file whose checksum is right, in our folder or in Keras' own cache. A file that was right once and has not
    been touched since is not read again."""
    wrong = None
    for folder in (settings.models, _keras_models()):
        file = folder / WEIGHTS_NAME
        if not file.is_file():
            continue
        with refusals(file):
            if _is_right(settings, file):
                return file
        wrong = wrong or file
    if wrong is None:
        raise WeightsMissing(
            _(
                "The ResNet50 weights are not on this computer. "
                'Run "pictrace model download", or search with --embedder builtin.'
            )
        )
    raise ModelUnavailable(
        _(
            "The ResNet50 weights in {file} are damaged or of another kind. "
            'Run "pictrace model download", or search with --embedder builtin.'
        ).format(file=wrong)
    )


def weights_status(settings: Settings) -> WeightsStatus:
    converted = is_converted(settings)
    try:
        file = find_weights(settings)
        return WeightsStatus(file, file.stat().st_size, converted, None)
    except WeightsMissing:
        return WeightsStatus(None, 0, converted, None)
    except (ModelUnavailable, MachineRefuses) as error:
        return WeightsStatus(None, 0, converted, error.message)


def download_weights(settings: Settings, timeout_seconds: float = 20.0) -> Iterator[Event]:
    """Fetches the weights into our folder, going on where an earlier attempt ended, and finishes with their path.
    Nothing is fetched where right weights are already found."""
    file = settings.models / WEIGHTS_NAME
    part = file.with_name(f"{file.name}.part")
    with locked(settings, "download") as lock:
        yield from wait_for(lock, Stage.DOWNLOADING)
        try:
            yield Finished(find_weights(settings))
            return
        except ModelUnavailable:
            pass
        # A part that is whole already was left by a process that died before it could rename it.
        if not (part.is_file() and _md5(part) == checksum(settings)):
            yield from _download_whole(settings, part, timeout_seconds)
        with refusals(file):
            part.replace(file)
            forget_part(part)
            sync_folder(file.parent)
            _remember(settings, file)
    yield Finished(file)


def install_weights(settings: Settings, file: Path) -> Path:
    """Copies a file that the person got in another way into our folder, if it is the right one."""
    if not file.is_file():
        raise ModelUnavailable(_("There is no file {file}.").format(file=file))
    target = settings.models / WEIGHTS_NAME
    with refusals(file):
        right = file.stat().st_size <= MOST_BYTES and _md5(file) == checksum(settings)
    if not right:
        raise ModelUnavailable(
            _(
                "{file} is not the file that is needed: {name}, {megabytes} MB, MD5 {md5}. It can be had from {url}."
            ).format(
                file=file,
                name=WEIGHTS_NAME,
                megabytes=WEIGHTS_MEGABYTES,
                md5=checksum(settings),
                url=settings.weights_url,
            )
        )
    with refusals(target):
        _make_folder(settings)
        if not (target.exists() and target.samefile(file)):
            _copy(file, target)
        # What was copied, not what was offered: the file may have changed in between.
        if not _is_right(settings, target):
            raise ModelUnavailable(_("{file} changed while it was copied; try again.").format(file=file))
    return target


def remove_weights(settings: Settings) -> int:
    """Removes our copy of the weights and everything made from it, never what lies in Keras' own cache.
    How many bytes that freed."""
    if not settings.models.is_dir():
        return 0
    freed = 0
    with refusals(settings.models):
        for entry in sorted(settings.models.iterdir()):
            if entry.name.startswith(WEIGHTS_NAME):
                freed += entry.stat().st_size
                entry.unlink()
            elif entry.name.startswith("resnet50-") and entry.is_dir():
                freed += sum(file.stat().st_size for file in entry.rglob("*"))
                shutil.rmtree(entry)
    return freed


def converted_model(settings: Settings) -> Path:
    """The folder of the model that OpenVINO reads, made from exactly these weights."""
    return settings.models / f"resnet50-{checksum(settings)[:8]}"


def is_converted(settings: Settings) -> bool:
    return (converted_model(settings) / CONVERTED_MARK).is_file()


def checksum(settings: Settings) -> str:
    md5 = settings.weights_md5.lower()
    if not re.fullmatch(r"[0-9a-f]{32}", md5):
        raise ModelUnavailable(_('The setting "weights_md5" must be 32 digits of 0-9 and a-f.'))
    return md5


@contextmanager
def locked(settings: Settings, work: str) -> Iterator[BaseFileLock]:
    """A lock that no two processes hold at once; whoever asks for it acquires it with wait_for."""
    with refusals(settings.models):
        _make_folder(settings)
    # The generator that holds it may be closed by another thread than the one that started it.
    lock = FileLock(settings.models / f"{work}.lock", thread_local=False)
    try:
        yield lock
    finally:
        lock.release()


def wait_for(lock: BaseFileLock, stage: Stage) -> Iterator[Progress | Notice]:
    """Acquires it, however long another process holds it."""
    if _acquired(lock, 0):
        return
    yield Notice(_("Another PicTrace is doing this just now; waiting for it."))
    while not _acquired(lock, _LOCK_POLL_SECONDS):
        yield Progress(stage, 0)


def _acquired(lock: BaseFileLock, timeout_seconds: float) -> bool:
    with refusals(Path(lock.lock_file)), suppress(Timeout):
        lock.acquire(timeout=timeout_seconds, poll_interval=_LOCK_POLL_SECONDS / 2)
        return True
    return False


def _download_whole(settings: Settings, part: Path, timeout_seconds: float) -> Iterator[Progress]:
    for progress in download(settings.weights_url, part, timeout_seconds):
        room = shutil.disk_usage(part.parent).free
        if progress.total is not None and progress.total - progress.done > room:
            raise MachineRefuses(
                _("The weights need {needed} MB more than the {room} MB that are free in {folder}.").format(
                    needed=round((progress.total - progress.done - room) / 1e6),
                    room=round(room / 1e6),
                    folder=part.parent,
                )
            )
        yield progress
    if _md5(part) != checksum(settings):
        forget_part(part)
        raise ModelUnavailable(
            _(
                "What {url} sent is not the ResNet50 weights (its checksum is wrong), so it was thrown away. "
                'Try again later, or get the file in another way and run "pictrace model install FILE".'
            ).format(url=settings.weights_url)
        )


def _keras_models() -> Path:
    home = os.environ.get("KERAS_HOME")
    return (Path(home).expanduser() if home else Path.home() / ".keras") / "models"


def _make_folder(settings: Settings) -> None:
    for folder in (settings.home, settings.models):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _is_right(settings: Settings, file: Path) -> bool:
    with suppress(OSError):
        if _checked(settings).read_bytes() == _as_checked(settings, file):
            return True
    before = _as_checked(settings, file)
    if _md5(file) != checksum(settings) or _as_checked(settings, file) != before:
        return False
    _remember(settings, file)
    return True


def _checked(settings: Settings) -> Path:
    return settings.models / f"{WEIGHTS_NAME}.checked"


def _as_checked(settings: Settings, file: Path) -> bytes:
    facts = file.stat()
    return b"%s %d %d %s" % (
        checksum(settings).encode(),
        facts.st_size,
        facts.st_mtime_ns,
        os.fsencode(file.resolve()),
    )


def _remember(settings: Settings, file: Path) -> None:
    # Only a saving of time: where it cannot be written, the file is read again at the next start.
    with suppress(OSError):
        _make_folder(settings)
        _checked(settings).write_bytes(_as_checked(settings, file))


def _md5(file: Path) -> str:
    with refusals(file), file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _copy(source: Path, target: Path) -> None:
    # By its name, what a killed process left of it is removed with the weights.
    beginning = f"{target.name}."
    with (
        source.open("rb") as reader,
        tempfile.NamedTemporaryFile(dir=target.parent, prefix=beginning, delete=False) as writer,
    ):
        try:
            shutil.copyfileobj(reader, writer, 1 << 20)
            writer.flush()
            os.fsync(writer.fileno())
            writer.close()
            Path(writer.name).replace(target)
        except BaseException:
            writer.close()
            Path(writer.name).unlink(missing_ok=True)
            raise
    sync_folder(target.parent)
