import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from pictrace.embedders.openvino_model import is_intact
from pictrace.embedders.resnet50 import ResNet50, open_resnet50, prepare_resnet50, prepared
from pictrace.embedders.weights import (
    WEIGHTS_NAME,
    converted_model,
    download_weights,
    install_weights,
    weights_status,
)
from pictrace.errors import ModelUnavailable, WeightsMissing
from pictrace.events import Finished, Notice, Progress, Stage
from pictrace.picture import Pixels
from pictrace.settings import Settings
from tests.weights_server import serving

pytestmark = pytest.mark.slow
PROJECT = Path(__file__).parents[1]
SIZES = [(384, 288), (90, 384), (224, 224), (17, 5), (300, 384), (1, 1), (384, 384), (100, 120), (240, 320), (64, 64)]


def pictures() -> list[Pixels]:
    numbers = np.random.default_rng(7)
    some = []
    for height, width in SIZES:
        noise = numbers.normal(0, 50, (height, width, 3)) + numbers.uniform(0, 255, (1, 1, 3))
        some.append(np.clip(noise + np.arange(width)[:, np.newaxis] / 3, 0, 255).astype(np.uint8))
    return some


def python(*words: str, **environment: str) -> str:
    """What a fresh Python prints. Silence on standard error is part of the promise."""
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", *words],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def converted(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The whole way: from the server to the converted model."""
    settings = Settings(tmp_path_factory.mktemp("home"), weights_md5=md5(weights))
    with serving(weights.read_bytes()) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HOME", str(settings.home / "keras"))
        settings = replace(settings, weights_url=server.url)
        server.cut_after = 50_000_000
        with pytest.raises(Exception, match="was cut after 50"):
            list(download_weights(settings))
        *_progress, last = download_weights(settings)
        assert last == Finished(settings.models / WEIGHTS_NAME)
        *progress, finished = prepare_resnet50(settings)
    assert finished == Finished(None)
    assert len(progress) > 5
    assert all(isinstance(event, Progress) and event.stage is Stage.CONVERTING for event in progress)
    return settings


@pytest.fixture
def settings(converted: Settings, tmp_path: Path) -> Settings:
    """A home of its own with weights and converted model."""
    ignored = shutil.ignore_patterns("*.checked", "*.lock")
    shutil.copytree(converted.models, tmp_path / "models", copy_function=os.link, ignore=ignored)
    return replace(converted, home=tmp_path)


@pytest.fixture(scope="session")
def resnet50(converted: Settings) -> Generator[ResNet50, None, None]:
    embedder = open_resnet50(converted)
    yield embedder
    embedder.close()


def md5(file: Path) -> str:
    return hashlib.md5(file.read_bytes()).hexdigest()


def test_the_network_gives_one_unit_vector_a_picture(resnet50: ResNet50) -> None:
    vectors = resnet50.embed(pictures())
    assert vectors.shape == (len(SIZES), 2048)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    likeness = vectors @ vectors.T - np.eye(len(SIZES))
    assert likeness.max() < 0.9999, "the pictures of this test are too alike to tell anything"
    assert resnet50.embed([]).shape == (0, 2048)


def test_a_vector_does_not_depend_on_its_neighbours(resnet50: ResNet50) -> None:
    some = pictures()
    together = resnet50.embed(some)
    alone = np.concatenate([resnet50.embed([picture]) for picture in some])
    backwards = resnet50.embed(some[::-1])[::-1]
    assert np.abs(together - alone).max() <= 1e-6
    assert np.abs(together - backwards).max() <= 1e-6


def test_the_name_tells_weights_and_preprocessing(resnet50: ResNet50, weights: Path) -> None:
    assert resnet50.name == f"resnet50-{md5(weights)[:8]}-p1"
    assert resnet50.dimensions == 2048
    assert resnet50.batch_size >= 8
    assert not resnet50.sees_mirrored
    assert resnet50.knots == ()


KERAS_SAYS = """
import json, sys, numpy as np
from pathlib import Path
from pictrace.embedders.resnet50 import open_resnet50, prepared
from pictrace.settings import Settings
from tests.test_resnet50 import pictures
settings = Settings(Path(sys.argv[1]), weights_md5=sys.argv[2], inference="tensorflow")
embedder = open_resnet50(settings)
some = pictures()
together = embedder.embed(some)
alone = np.concatenate([embedder.embed([picture]) for picture in some[:3]])
import keras
from keras.src.applications import resnet
same = [picture[:224, :224].astype("float32") for picture in some if min(picture.shape[:2]) >= 224]
theirs = [keras.applications.resnet50.preprocess_input(picture.copy()) for picture in same]
ours = [prepared(picture.astype("uint8")) for picture in same]
np.savez(sys.argv[3], together=together, alone=alone, theirs=theirs, ours=ours)
print(json.dumps({
    "name": embedder.name,
    "url": resnet.BASE_WEIGHTS_PATH + "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "md5": resnet.WEIGHTS_HASHES["resnet50"][1],
    "home": keras.config.backend() + " " + keras.config.image_data_format(),
}))
"""


def test_tensorflow_and_openvino_agree_and_keras_has_what_we_rely_on(
    converted: Settings, resnet50: ResNet50, tmp_path: Path
) -> None:
    keras_home = tmp_path / "keras"
    keras_home.mkdir()
    liked_elsewhere = json.dumps({"backend": "torch", "image_data_format": "channels_first", "floatx": "float16"})
    (keras_home / "keras.json").write_text(liked_elsewhere)
    said = python(
        *("-c", KERAS_SAYS, str(converted.home), converted.weights_md5, str(tmp_path / "numbers.npz")),
        HOME=str(tmp_path),
        KERAS_HOME=str(keras_home),
    )
    keras = json.loads(said)
    assert keras["name"] == resnet50.name
    assert keras["home"] == "tensorflow channels_last"
    defaults = Settings(tmp_path)
    assert (keras["url"], keras["md5"]) == (defaults.weights_url, defaults.weights_md5)
    assert keras["url"].endswith(f"/{WEIGHTS_NAME}")
    with np.load(tmp_path / "numbers.npz") as numbers:
        ours = resnet50.embed(pictures())
        assert (numbers["together"] * ours).sum(axis=1).min() > 0.9999
        assert np.abs(numbers["together"] - ours).max() < 1e-5
        assert np.array_equal(numbers["together"][:3], numbers["alone"])
        assert len(numbers["ours"]) > 1
        assert np.abs(numbers["ours"] - numbers["theirs"]).max() < 1e-4


NOTHING_LEAVES = """
import sys
from pathlib import Path
heard = []
sys.addaudithook(lambda event, words: heard.append((event, words)) if event.startswith("socket.") else None)
from pictrace.embedders.resnet50 import main
assert main(Path(sys.argv[1]), Path(sys.argv[2])) == 0
from pictrace.embedders.openvino_model import OpenVinoNetwork
import numpy as np
OpenVinoNetwork(Path(sys.argv[2])).run([np.zeros((224, 224, 3), "float32")])
import threading
assert not [thread for thread in threading.enumerate() if "elemetry" in thread.name]
calls = [one for one in heard if one[0] in ("socket.connect", "socket.getaddrinfo", "socket.sendto")]
assert not calls, calls
"""


def test_nothing_leaves_the_computer_and_the_home_is_left_alone(weights: Path, tmp_path: Path) -> None:
    home, model = tmp_path / "person", tmp_path / "model"
    home.mkdir()
    model.mkdir()
    python("-c", NOTHING_LEAVES, str(weights), str(model), HOME=str(home), CI="", TF_BUILD="")
    assert list(home.rglob("*")) == []
    assert is_intact(model)


NO_ROOM = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000_000, 30_000_000))
from pictrace.embedders.resnet50 import main
sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])) - 5)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limit")
def test_a_model_that_could_not_be_written_whole_is_not_kept(weights: Path, tmp_path: Path) -> None:
    assert python("-c", NO_ROOM, str(weights), str(tmp_path)).strip()
    assert not is_intact(tmp_path)


def test_a_converted_model_is_not_converted_again(settings: Settings) -> None:
    assert list(prepare_resnet50(settings)) == [Finished(None)]
    assert weights_status(settings).converted


def test_a_damaged_model_is_converted_anew(settings: Settings, resnet50: ResNet50) -> None:
    file = converted_model(settings) / "model.bin"
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 0x40
    file.unlink()
    file.write_bytes(damaged)
    left = settings.models / "resnet50-converting-left"
    left.mkdir()
    again = open_resnet50(settings)
    assert np.array_equal(again.embed(pictures()[:2]), resnet50.embed(pictures()[:2]))
    again.close()
    assert is_intact(converted_model(settings))
    assert not left.exists()


def test_a_second_conversion_waits_for_the_first(settings: Settings, tmp_path: Path) -> None:
    converted_model(settings).rename(tmp_path / "not yet")
    with FileLock(settings.models / "conversion.lock"):
        events = prepare_resnet50(settings)
        assert isinstance(next(events), Notice)
        assert next(events) == Progress(Stage.CONVERTING, 0)
        (tmp_path / "not yet").rename(converted_model(settings))
    assert list(events) == [Finished(None)]


def test_closing_the_conversion_ends_its_process_and_leaves_nothing(settings: Settings) -> None:
    shutil.rmtree(converted_model(settings))
    events = prepare_resnet50(settings)
    assert isinstance(events, Generator)
    assert isinstance(next(events), Progress)
    events.close()
    assert not list(settings.models.glob("resnet50-*"))


def test_without_weights_there_is_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(WeightsMissing):
        open_resnet50(Settings(tmp_path))
    with pytest.raises(WeightsMissing):
        list(prepare_resnet50(Settings(tmp_path)))


def test_a_right_checksum_of_a_wrong_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "wrong.h5"
    file.write_bytes(b"\x89HDF nothing of the kind")
    settings = Settings(tmp_path / "home", weights_md5=md5(file))
    install_weights(settings, file)
    with pytest.raises(ModelUnavailable, match="cannot be loaded into ResNet50") as caught:
        open_resnet50(settings)
    assert WEIGHTS_NAME in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("inference", "missing", "sentence"),
    [
        ("auto", ("openvino", "tensorflow"), "neither is installed"),
        ("tensorflow", ("tensorflow",), "asks for tensorflow, which is not installed"),
        ("openvino", ("openvino",), "asks for openvino, which is not installed"),
    ],
)
def test_what_is_not_installed_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, inference: str, missing: tuple[str, ...], sentence: str
) -> None:
    for module in missing:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModelUnavailable, match=sentence) as caught:
        open_resnet50(replace(settings, inference=inference))
    assert "--embedder builtin" in caught.value.message


def test_converting_without_tensorflow_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(converted_model(settings))
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ModelUnavailable, match="needs TensorFlow"):
        open_resnet50(settings)


def test_importing_the_embedder_loads_neither_tensorflow_nor_openvino() -> None:
    python(
        "-c",
        "import sys, pictrace.embedders.resnet50; assert not {'tensorflow', 'keras', 'openvino'} & sys.modules.keys()",
    )


def test_a_picture_is_squashed_whole() -> None:
    left_red = np.zeros((100, 300, 3), np.uint8)
    left_red[:, :150, 0] = 255
    blue, green, red = np.moveaxis(prepared(left_red) + np.array([103.939, 116.779, 123.68]), 2, 0)
    assert red[:, :100] == pytest.approx(255, abs=1e-4)
    assert red[:, 124:] == pytest.approx(0, abs=1e-4)
    assert np.stack([blue, green]) == pytest.approx(0, abs=1e-4)
