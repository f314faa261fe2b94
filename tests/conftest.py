"""What every test may rely on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Read when numpy loads: as in the worker process, threads of numpy's own would only stand in the way of ours.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def _nobodys_own_data(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test has an empty PICTRACE_HOME of its own."""
    monkeypatch.setenv("PICTRACE_HOME", str(tmp_path_factory.mktemp("pictrace-home")))


@pytest.fixture(scope="session")
def need_program() -> Callable[[str, str], str]:
    """Called with a program's name and the command that installs it: the program's path.

    Where it is missing the test is skipped, and fails if PICTRACE_TEST_ALL=1 says that nothing may be missing.
    """

    def path_of(program: str, how_to_install: str) -> str:
        path = shutil.which(program)
        if path is None:
            reason = f"{program} is not installed; install it with: {how_to_install}"
            if os.environ.get("PICTRACE_TEST_ALL") == "1":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        return path

    return path_of


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ResNet50 weights drawn at random, in the form in which Keras offers them for download."""
    file = tmp_path_factory.mktemp("weights") / "weights.h5"
    program = Path(__file__).parent / "random_weights.py"
    environment = dict(os.environ, KERAS_HOME=str(file.parent))
    subprocess.run([sys.executable, program, file], env=environment, check=True, capture_output=True, timeout=120)
    return file
