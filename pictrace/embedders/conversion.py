"""Has the weights converted for OpenVINO by TensorFlow in a process of its own: its 700 MB are given back afterwards,
and nothing that it does to its process is done to this one."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pictrace
from pictrace.embedders.download import refusals
from pictrace.embedders.weights import converted_model, is_converted, locked, wait_for
from pictrace.errors import MachineRefuses, ModelUnavailable
from pictrace.events import Event, Progress, Stage
from pictrace.language import _
from pictrace.settings import Settings

EXIT_NOT_LOADED = 4
EXIT_NOT_WRITTEN = 5
_EVENT_SECONDS = 0.1
_SCRATCH = "resnet50-converting-"


def convert(settings: Settings, weights: Path, again: bool = False) -> Iterator[Event]:
    """Afterwards the converted model is there, whole, and new if it is to be made again."""
    if importlib.util.find_spec("tensorflow") is None:
        raise ModelUnavailable(
            _(
                "The ResNet50 weights must be converted once, which needs TensorFlow, and that is not installed here. "
                "Search with --embedder builtin."
            )
        )
    target = converted_model(settings)
    with locked(settings, "conversion") as lock:
        yield from wait_for(lock, Stage.CONVERTING)
        if is_converted(settings) and not again:
            return
        # What a killed process left; nobody else is at work here.
        for left in settings.models.glob(f"{_SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)
        with (
            refusals(target),
            tempfile.TemporaryDirectory(dir=settings.models, prefix=_SCRATCH, ignore_cleanup_errors=True) as scratch,
        ):
            model = Path(scratch, "model")
            model.mkdir()
            yield from _run(weights, model, Path(scratch, "log"))
            if target.exists():
                shutil.rmtree(target)
            model.rename(target)


def not_loaded(weights: Path, reason: object) -> ModelUnavailable:
    return ModelUnavailable(
        _(
            "The file {file} cannot be loaded into ResNet50 ({reason}). "
            "Check weights_url and weights_md5 in settings.toml, or search with --embedder builtin."
        ).format(file=weights, reason=reason)
    )


def _run(weights: Path, model: Path, log: Path) -> Iterator[Progress]:
    path = [str(Path(pictrace.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - our own module
            # -P: the folder that the person is in has no say in what is imported.
            [sys.executable, "-P", "-W", "ignore", "-m", "pictrace.embedders.resnet50", str(weights), str(model)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONIOENCODING": "utf-8"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    try:
        while process.poll() is None:
            yield Progress(Stage.CONVERTING, 0)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_EVENT_SECONDS)
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        raise _failure(weights, process.returncode, log.read_text("utf-8", errors="replace"))


def _failure(weights: Path, code: int, said: str) -> ModelUnavailable | MachineRefuses:
    reason = said.strip().rpartition("\n")[2] or str(code)
    if code == EXIT_NOT_LOADED:
        return not_loaded(weights, reason)
    if code == EXIT_NOT_WRITTEN:
        return MachineRefuses(
            _("The converted ResNet50 model could not be written ({reason}). Make some room and try again.").format(
                reason=reason
            )
        )
    return ModelUnavailable(
        _(
            "The ResNet50 weights could not be converted ({reason}). "
            'Write inference = "tensorflow" into settings.toml, or search with --embedder builtin.'
        ).format(reason=reason)
    )
