"""From weights on a server to ranked matches, by commands alone."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from pictrace.cli import run
from tests.pictures import make_archive, make_picture
from tests.weights_server import WeightsServer, serving

pytestmark = pytest.mark.slow


def use(server: WeightsServer, weights: Path, *, md5: str = "") -> None:
    settings = Path(os.environ["PICTRACE_HOME"]) / "settings.toml"
    checksum = md5 or hashlib.md5(weights.read_bytes()).hexdigest()
    settings.write_text(f'weights_url = "{server.url}"\nweights_md5 = "{checksum}"\n')


def json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_downloaded_weights_are_checked_converted_and_searched_with(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    archive = make_archive(tmp_path / "photos", 6)
    query = tmp_path / "query.jpg"
    make_picture(4).resize((48, 48)).save(query)
    with serving(weights.read_bytes()) as server:
        use(server, weights)
        assert run(["index", str(archive), "--embedder", "resnet50"]) == 4
        assert "pictrace model download" in capfd.readouterr().err
        assert run(["model", "download"]) == 0
        assert run(["model", "status"]) == 0
        assert "It will be prepared when it is first used." in capfd.readouterr().out
    assert run(["index", str(archive), "--embedder", "resnet50", "--json"]) == 0
    (report,) = json_lines(capfd.readouterr().out)
    assert (report["indexed"], report["reused"], report["skipped"]) == (6, 0, [])
    assert run(["search", str(query), "--in", str(archive), "--top", "6", "--json"]) == 0
    captured = capfd.readouterr()
    (answer,) = json_lines(captured.out)
    matches = answer["matches"]
    assert isinstance(matches, list)
    assert matches[0]["name"] == "004.jpg"
    assert len(matches) == 6
    assert captured.err == ""  # nobody is told about missing weights any more
    assert run(["model", "status"]) == 0
    assert "Ready to be used." in capfd.readouterr().out


@pytest.mark.parametrize(
    ("fault", "exit_code", "sentence"),
    [
        ({"status": 404}, 4, "404"),
        ({"cut_after": 1000}, 5, "was cut after"),
        ({"md5": "0" * 32}, 4, "checksum"),
    ],
)
def test_what_goes_wrong_with_a_download_is_one_sentence(
    fault: dict[str, object],
    exit_code: int,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    offered = tmp_path / "weights.h5"
    offered.write_bytes(bytes(50_000))
    with serving(offered.read_bytes()) as server:
        server.status = fault.get("status", 200)  # type: ignore[assignment]
        server.cut_after = fault.get("cut_after")  # type: ignore[assignment]
        use(server, offered, md5=str(fault.get("md5", "")))
        assert run(["model", "download"]) == exit_code
    told = capfd.readouterr().err.strip()
    assert sentence in told
    assert "\n" not in told
