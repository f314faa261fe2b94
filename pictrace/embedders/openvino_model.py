"""ResNet50 computed by OpenVINO, from a folder that holds the model as OpenVINO writes it."""

import hashlib
import sys
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from pictrace.embedders.weights import CONVERTED_MARK
from pictrace.picture import Vectors

Prepared = npt.NDArray[np.float32]
"""One picture as the network takes it, shape (side, side, 3)."""


class ConvertedModelDamagedError(Exception):
    """The folder does not hold what was written into it."""


class OpenVinoNetwork:
    def __init__(self, folder: Path) -> None:
        if not is_intact(folder):
            raise ConvertedModelDamagedError(folder)
        openvino = import_openvino()
        # One picture at a time on as many streams as there are cores is the fastest, and no picture can touch another.
        self._compiled = openvino.Core().compile_model(
            folder / "model.xml", "CPU", {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": "f32"}
        )
        # Not its AsyncInferQueue: that calls Python from its own threads, and has been seen to hang when it is closed.
        requests = self._compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        self._requests = [self._compiled.create_infer_request() for _request in range(requests)]
        self._dimensions: int = self._compiled.output(0).shape[1]

    @property
    def batch_size(self) -> int:
        return max(8, 2 * len(self._requests))

    def run(self, pictures: Iterable[Prepared]) -> Vectors:
        """Takes each picture when it is about to compute it."""
        features: list[Vectors] = []
        running: deque[Any] = deque()
        try:
            for count, picture in enumerate(pictures):
                if len(running) == len(self._requests):
                    features.append(_result(running.popleft()))
                request = self._requests[count % len(self._requests)]
                request.start_async({0: picture[np.newaxis]})
                running.append(request)
            while running:
                features.append(_result(running.popleft()))
        finally:
            for request in running:
                request.wait()
        return np.concatenate(features) if features else np.empty((0, self._dimensions), np.float32)

    def close(self) -> None:
        del self._requests, self._compiled


def write_model(keras_model: Any, folder: Path, side: int) -> None:
    """RuntimeError or OSError where it could not be written."""
    openvino = import_openvino()
    model = openvino.convert_model(keras_model)
    model.reshape([1, side, side, 3])
    openvino.save_model(model, folder / "model.xml", compress_to_fp16=False)
    (folder / CONVERTED_MARK).write_text(_seal(folder), encoding="ascii")


def is_intact(folder: Path) -> bool:
    try:
        return (folder / CONVERTED_MARK).read_text(encoding="ascii") == _seal(folder)
    except (OSError, UnicodeDecodeError):
        return False


def import_openvino() -> ModuleType:
    """OpenVINO reports its use to its makers as soon as it is imported. Here nothing leaves the computer: it does
    without its telemetry, as it does where that is not installed."""
    cast(dict[str, Any], sys.modules)["openvino_telemetry"] = None
    import openvino

    return cast(ModuleType, openvino)


def _result(request: Any) -> Vectors:
    request.wait()
    return np.array(request.get_output_tensor(0).data, np.float32)


def _seal(folder: Path) -> str:
    lines = []
    for name in ("model.xml", "model.bin"):
        with (folder / name).open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()} {name}\n")
    return "".join(lines)
