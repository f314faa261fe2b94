"""ResNet50 of Keras with its ImageNet weights, computed by OpenVINO, or by TensorFlow where OpenVINO is missing.

`python -m pictrace.embedders.resnet50 WEIGHTS FOLDER` converts the weights for OpenVINO.
"""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from pictrace.embedders.conversion import EXIT_NOT_LOADED, EXIT_NOT_WRITTEN, convert, not_loaded
from pictrace.embedders.openvino_model import ConvertedModelDamagedError, OpenVinoNetwork, Prepared, write_model
from pictrace.embedders.weights import checksum, converted_model, find_weights, is_converted
from pictrace.errors import ModelUnavailable
from pictrace.events import Event, Finished
from pictrace.language import _
from pictrace.picture import Pixels, Vectors
from pictrace.settings import Settings

SIDE = 224
_DIMENSIONS = 2048
_PREPROCESSING = "p1"
"""Changes with everything in prepared() that changes the vectors."""
_MEAN_BGR = np.array([103.939, 116.779, 123.68], np.float32)
"""Of ImageNet: what the weights were trained with."""


class Network(Protocol):
    @property
    def batch_size(self) -> int: ...

    def run(self, pictures: Iterable[Prepared]) -> Vectors:
        """The features of each, in order; their lengths are not 1 yet."""

    def close(self) -> None: ...


class ResNet50:
    """An Embedder."""

    def __init__(self, name: str, network: Network) -> None:
        self._name = name
        self._network = network

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        return _DIMENSIONS

    @property
    def batch_size(self) -> int:
        return self._network.batch_size

    @property
    def sees_mirrored(self) -> bool:
        return False

    @property
    def knots(self) -> tuple[tuple[float, float], ...]:
        return ()

    def embed(self, pictures: Sequence[Pixels]) -> Vectors:
        features = self._network.run(map(prepared, pictures))
        lengths = np.linalg.norm(features, axis=1, keepdims=True)
        vectors: Vectors = features / np.maximum(lengths, np.finfo(np.float32).tiny)
        return vectors

    def close(self) -> None:
        self._network.close()


class KerasNetwork:
    def __init__(self, weights: Path) -> None:
        try:
            model = _keras_model(weights)
        except _LOADING_FAILS as error:
            raise not_loaded(weights, _one_line(error)) from error
        import tensorflow

        # The last digits depend on how many pictures are computed together, so that is always the same number. Only a
        # GPU gains by more than one; and it would round to 10 bits unless told otherwise.
        self._together = 16 if tensorflow.config.list_physical_devices("GPU") else 1
        tensorflow.config.experimental.enable_tensor_float_32_execution(False)
        shape = tensorflow.TensorSpec((self._together, SIDE, SIDE, 3))
        self._compute = tensorflow.function(lambda batch: model(batch, training=False), input_signature=[shape])

    @property
    def batch_size(self) -> int:
        return max(8, self._together)

    def run(self, pictures: Iterable[Prepared]) -> Vectors:
        ready = list(pictures)
        features = np.empty((len(ready), _DIMENSIONS), np.float32)
        for start in range(0, len(ready), self._together):
            some = ready[start : start + self._together]
            batch = np.zeros((self._together, SIDE, SIDE, 3), np.float32)
            batch[: len(some)] = some
            features[start : start + len(some)] = self._compute(batch).numpy()[: len(some)]
        return features

    def close(self) -> None:
        del self._compute


def open_resnet50(settings: Settings) -> ResNet50:
    """Converts the weights first where that is needed and was not done: seconds in which nothing can be said;
    prepare_resnet50 does the same with progress."""
    weights = find_weights(settings)
    name = f"resnet50-{checksum(settings)[:8]}-{_PREPROCESSING}"
    if _inference(settings) == "tensorflow":
        return ResNet50(name, KerasNetwork(weights))
    _exhaust(prepare_resnet50(settings))
    try:
        try:
            return ResNet50(name, OpenVinoNetwork(converted_model(settings)))
        except ConvertedModelDamagedError:
            _exhaust(convert(settings, weights, again=True))
            return ResNet50(name, OpenVinoNetwork(converted_model(settings)))
    except (ImportError, RuntimeError, ConvertedModelDamagedError) as error:
        raise ModelUnavailable(
            _(
                "OpenVINO does not work on this computer ({reason}). "
                'Write inference = "tensorflow" into settings.toml, or search with --embedder builtin.'
            ).format(reason=_one_line(error))
        ) from error


def prepare_resnet50(settings: Settings) -> Iterator[Event]:
    """Converts the weights for OpenVINO where that is needed and was not done."""
    weights = find_weights(settings)
    if _inference(settings) == "openvino" and not is_converted(settings):
        yield from convert(settings, weights)
    yield Finished(None)


def prepared(pixels: Pixels) -> Prepared:
    """The whole picture at 224×224, as the weights need it: blue first, less the mean of ImageNet."""
    # Pillow's filter averages over all pixels that become one, in whole numbers: the same on every machine.
    small = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.ascontiguousarray(np.asarray(small, np.float32)[:, :, ::-1]) - _MEAN_BGR


def _inference(settings: Settings) -> str:
    for one in ("openvino", "tensorflow"):
        if settings.inference in ("auto", one) and importlib.util.find_spec(one) is not None:
            return one
    if settings.inference == "auto":
        sentence = _(
            "ResNet50 needs OpenVINO or TensorFlow, and neither is installed here. Search with --embedder builtin."
        )
    else:
        sentence = _(
            'The setting "inference" asks for {inference}, which is not installed here. '
            "Remove it from settings.toml, or search with --embedder builtin."
        )
    raise ModelUnavailable(sentence.format(inference=settings.inference))


def _exhaust(events: Iterator[Event]) -> None:
    for _event in events:
        pass


_LOADING_FAILS = (OSError, ValueError, KeyError)
"""What Keras raises for a file that is no HDF5, or not one of this network."""


def _keras_model(weights: Path) -> Any:
    with _quiet():
        import tensorflow  # noqa: F401 - says its things now, not when Keras imports it
        from keras.applications import ResNet50 as Architecture
    model = Architecture(include_top=False, pooling="avg", weights=None, input_shape=(SIDE, SIDE, 3))
    model.load_weights(str(weights))
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """For importing TensorFlow, which writes to standard error past Python, and Keras, which writes a file into the
    home and reads there which backend and which order of axes the person likes elsewhere."""
    with tempfile.TemporaryDirectory() as empty:
        ours = {
            "KERAS_HOME": empty,
            "KERAS_BACKEND": "tensorflow",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        }
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            with _standard_error_closed():
                yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


@contextmanager
def _standard_error_closed() -> Iterator[None]:
    try:
        kept = os.dup(2)
    except OSError:  # a program without a console may have none
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def main(weights: Path, folder: Path) -> int:
    """The exit code; the last line on standard error says why."""
    try:
        model = _keras_model(weights)
    except _LOADING_FAILS as error:
        sys.stderr.write(f"{_one_line(error)}\n")
        return EXIT_NOT_LOADED
    try:
        write_model(model, folder, SIDE)
    except (OSError, RuntimeError) as error:
        sys.stderr.write(f"{_one_line(error)}\n")
        return EXIT_NOT_WRITTEN
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
