"""How fast are photographs indexed with resnet50, and does memory stay the same however many there are?

    python -m benchmarks.indexing speed  [--pictures 200] [--plain 12] [--rounds 3] [--megapixels 12]
    python -m benchmarks.indexing memory [--few 200] [--many 2000] [--megapixels 12]

`speed`: `pictrace index`, from its start to its end, against the plain loop that everybody writes first (Pillow decodes
the whole photograph, resizes it, Keras predicts it), in turns, because machines are noisy; of the loop only the loop
itself is timed, not the start of TensorFlow. "By processor" is the same ratio in the time that processors worked.
`memory`: the peak of the largest process of `pictrace index`.

The network's weights are drawn at random: neither time nor memory depends on them."""

import argparse
import hashlib
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.make_photographs import make_photographs
from pictrace.embedders.weights import WEIGHTS_NAME

ROOT = Path(__file__).resolve().parent.parent
_DIFFERENT = 24
"""Photographs that are really drawn; the other files are these with another tail, which decoders pass over."""


@dataclass(frozen=True, slots=True)
class Run:
    pictures: int
    seconds: float
    processor_seconds: float
    """Of all threads and processes: hardly longer on a busy machine."""
    megabytes: float
    """The peak of the largest process."""

    @property
    def per_second(self) -> float:
        return self.pictures / self.seconds


def make_home(home: Path) -> None:
    """With random weights in it, for which settings.toml vouches."""
    weights = home / "models" / WEIGHTS_NAME
    weights.parent.mkdir(parents=True)
    program = ROOT / "tests" / "random_weights.py"
    subprocess.run([sys.executable, str(program), str(weights)], check=True, capture_output=True)
    checksum = hashlib.md5(weights.read_bytes()).hexdigest()
    (home / "settings.toml").write_text(f'weights_md5 = "{checksum}"\ninference = "openvino"\n', encoding="utf-8")


def make_archive(folder: Path, drawn: list[Path], count: int) -> Path:
    """Files of different content, each as costly to decode as any."""
    folder.mkdir()
    for number in range(count):
        tail = f"{folder.name} {number}".encode()
        (folder / f"IMG_{number:06}.jpg").write_bytes(drawn[number % len(drawn)].read_bytes() + tail)
    return folder


def index(archive: Path, home: Path) -> Run:
    """The command, timed from outside; every picture must have been new to it."""
    began = time.perf_counter()
    command = subprocess.Popen(
        [sys.executable, "-m", "pictrace", "index", str(archive), "--embedder", "resnet50", "--json"],
        cwd=ROOT,
        env=dict(os.environ, PICTRACE_HOME=str(home)),
        stdout=subprocess.PIPE,
    )
    assert command.stdout is not None
    said = command.stdout.read()
    _pid, status, used = os.wait4(command.pid, 0)
    command.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if command.returncode:
        raise SystemExit(f"indexing ended with exit code {command.returncode}")
    report = json.loads(said)
    if report["reused"] or report["skipped"]:
        raise SystemExit(f"not everything was indexed: {report}")
    unit = 1e6 if sys.platform == "darwin" else 1e6 / 1024
    return Run(report["indexed"], seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


class PlainLoop:
    """In a process of its own, which stays: TensorFlow is started and has predicted once before anything is timed."""

    def __init__(self, weights: Path) -> None:
        self._process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _start_keras, (str(weights),))
        self._process.submit(_loop, []).result()

    def run(self, files: list[Path]) -> Run:
        return Run(len(files), *self._process.submit(_loop, files).result(), 0)

    def close(self) -> None:
        self._process.shutdown()


_network: Any = None


def _start_keras(weights: str) -> None:
    global _network
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import numpy as np
    from keras.applications import ResNet50

    _network = ResNet50(include_top=False, pooling="avg", weights=None, input_shape=(224, 224, 3))
    _network.load_weights(weights)
    _network.predict(np.zeros((1, 224, 224, 3), np.float32), verbose=0)


def _loop(files: list[Path]) -> tuple[float, float]:
    import numpy as np
    from keras.applications.resnet50 import preprocess_input
    from PIL import Image

    began, worked = time.perf_counter(), time.process_time()
    for file in files:
        picture = Image.open(file).convert("RGB").resize((224, 224))
        _network.predict(preprocess_input(np.array(picture, np.float32)[np.newaxis]), verbose=0)
    return time.perf_counter() - began, time.process_time() - worked


def speed(options: argparse.Namespace, scratch: Path, drawn: list[Path]) -> None:
    home = scratch / "home"
    make_home(home)
    index(make_archive(scratch / "first", drawn, 4), home)  # converts the weights, once and for all
    plain = PlainLoop(home / "models" / WEIGHTS_NAME)
    names = ["plain loop", "pictrace index", "times as fast", "by processor"]
    print("round" + "".join(f"{name:>16}" for name in names) + "   load before")
    times = []
    for number in range(1, options.rounds + 1):
        archive = make_archive(scratch / f"round {number}", drawn, options.pictures)
        load = os.getloadavg()[0]
        before = plain.run(sorted(archive.iterdir())[: options.plain])
        ours = index(archive, home)
        after = plain.run(sorted(archive.iterdir())[: options.plain])
        count = before.pictures + after.pictures
        yardstick = count / (before.seconds + after.seconds)
        worked = (before.processor_seconds + after.processor_seconds) / count
        times.append(ours.per_second / yardstick)
        by_processor = worked / (ours.processor_seconds / ours.pictures)
        speeds = f"{yardstick:14.2f}/s{ours.per_second:14.2f}/s{times[-1]:15.2f}x{by_processor:15.2f}x"
        print(f"{number:5}{speeds}{load:14.1f}", flush=True)
    plain.close()
    print(f"median: {statistics.median(times):.2f} times as fast; at least 4 is wanted")


def memory(options: argparse.Namespace, scratch: Path, drawn: list[Path]) -> None:
    home = scratch / "home"
    make_home(home)
    index(make_archive(scratch / "first", drawn, 4), home)
    print(f"{'pictures':>8} {'peak':>10} {'speed':>10}")
    peaks = []
    for count in (options.few, options.many):
        run = index(make_archive(scratch / f"{count} pictures", drawn, count), home)
        peaks.append(run.megabytes)
        print(f"{run.pictures:8,} {run.megabytes:7.0f} MB {run.per_second:8.2f}/s", flush=True)
    print(f"{peaks[1] / peaks[0] - 1:+.1%}; at most +10% is wanted")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "memory"])
    parser.add_argument("--pictures", type=int, default=200, help="of each round, for pictrace")
    parser.add_argument("--plain", type=int, default=12, help="of each round, for the plain loop, twice")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--few", type=int, default=200)
    parser.add_argument("--many", type=int, default=2000)
    parser.add_argument("--megapixels", type=float, default=12.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pictrace-indexing-") as folder:
        scratch = Path(folder)
        drawn = list(make_photographs(scratch / "drawn", _DIFFERENT, options.megapixels))
        {"speed": speed, "memory": memory}[options.what](options, scratch, drawn)


if __name__ == "__main__":
    main()
