import hashlib
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageOps

from pictrace import samples
from pictrace.errors import MachineRefuses
from pictrace.samples import Samples, album, make_samples

Grey = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return make_samples(tmp_path_factory.mktemp("made") / "samples")


@pytest.fixture
def quickly_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same way into place, with two files that cost no drawing."""

    def write_album(photos: Path, queries: Path) -> None:
        for folder in (photos, queries):
            folder.mkdir()
            (folder / "picture.jpg").write_bytes(b"drawn")

    monkeypatch.setattr(samples, "write_album", write_album)


def digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def look(file: Path, size: tuple[int, int] = (90, 60)) -> Grey:
    """What a person sees, small: upright grey pixels."""
    with Image.open(file) as picture:
        upright = ImageOps.exif_transpose(picture).convert("L").resize(size, Image.Resampling.BOX)
    return np.asarray(upright, np.float64)


def difference(first: Grey, second: Grey) -> float:
    return float(np.abs(first - second).mean())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes; a person's data folder is private there")
def test_a_home_that_the_samples_are_the_first_to_need_is_for_its_owner_alone(
    tmp_path: Path, quickly_drawn: None
) -> None:
    home = tmp_path / "made" / "home"
    make_samples(home / "samples")
    assert home.stat().st_mode & 0o777 == 0o700


def test_the_same_bytes_are_drawn_every_time(made: Samples, tmp_path: Path) -> None:
    again = make_samples(tmp_path / "elsewhere")
    assert digests(again.folder.parent) == digests(made.folder.parent)


def test_every_picture_can_be_decoded_and_none_is_large(made: Samples) -> None:
    pictures = [file for file in made.folder.parent.rglob("*") if file.suffix in (".jpg", ".png", ".webp")]
    assert 24 <= len([file for file in pictures if made.folder in file.parents]) <= 32
    for file in pictures:
        with Image.open(file) as picture:
            picture.load()
            assert max(picture.size) <= 900
    assert {file.suffix for file in pictures} == {".jpg", ".png", ".webp"}
    assert sum(file.stat().st_size for file in made.folder.parent.rglob("*") if file.is_file()) < 6_000_000


def test_the_queries_lie_outside_of_the_archive_and_are_no_copies_of_its_files(made: Samples) -> None:
    inside = set(digests(made.folder).values())
    assert made.query == made.queries[0].picture
    for query in made.queries:
        assert query.finds
        assert made.folder not in query.picture.parents
        assert hashlib.sha256(query.picture.read_bytes()).hexdigest() not in inside


def test_the_copies_are_what_their_names_say(made: Samples) -> None:
    photos = made.folder
    lighthouse, edited = photos / "Holidays" / "lighthouse.jpg", photos / "Edited"

    assert (photos / "Backup" / "DSC_0417.jpg").read_bytes() == lighthouse.read_bytes()

    balloons = look(photos / "Town" / "balloons.jpg")
    mirrored = look(edited / "balloons mirrored.jpg")
    assert difference(mirrored, balloons[:, ::-1]) < 2 < difference(mirrored, balloons)

    bicycle = look(photos / "Town" / "red bicycle.jpg")
    assert difference(look(edited / "red bicycle turned.jpg", (60, 90)), np.rot90(bicycle)) < 2

    assert difference(look(edited / "skyline black and white.jpg"), look(photos / "Town" / "skyline at night.jpg")) < 2
    with Image.open(edited / "skyline black and white.jpg") as grey:
        assert grey.mode == "L"

    fruit = look(photos / "Home" / "fruit bowl.jpg")
    assert look(edited / "fruit bowl brighter.jpg").mean() > fruit.mean() + 15

    boat, captioned = look(photos / "Holidays" / "sailing boat.jpg"), look(edited / "sailing boat with caption.jpg")
    assert difference(captioned[:50], boat[:50]) < 2 < 20 < difference(captioned[52:], boat[52:])

    small, lake = edited / "lake small.jpg", photos / "Mountains" / "lake at dusk.jpg"
    with Image.open(small) as picture:
        assert picture.size == (450, 300)
    assert small.stat().st_size < lake.stat().st_size / 3
    assert difference(look(small), look(lake)) < 3

    with Image.open(lighthouse) as whole:
        part = np.asarray(
            whole.convert("L").crop((300, 20, 860, 470)).resize((90, 60), Image.Resampling.BOX), np.float64
        )
    assert difference(look(edited / "lighthouse cropped.jpg"), part) < 2


def test_the_photograph_of_a_turned_camera_is_upright_only_when_its_orientation_is_obeyed(made: Samples) -> None:
    file = made.folder / "Backup" / "IMG_2041.jpg"
    with Image.open(file) as stored:
        assert stored.size == (600, 900)
    assert difference(look(file), look(made.folder / "Town" / "bridge.jpg")) < 2


def test_the_inner_archive_holds_copies(made: Samples) -> None:
    with zipfile.ZipFile(made.folder / "Backup" / "2019.zip") as inner:
        assert inner.testzip() is None
        assert inner.read("summer/lighthouse.jpg") == (made.folder / "Holidays" / "lighthouse.jpg").read_bytes()
        with Image.open(io.BytesIO(inner.read("summer/lake.jpg"))) as picture:
            assert picture.size == (900, 600)


def test_a_second_call_draws_nothing(made: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw_again(_photos: Path, _queries: Path) -> None:
        raise AssertionError("The set was complete.")

    monkeypatch.setattr(samples, "write_album", draw_again)
    assert make_samples(made.folder.parent) == made


@pytest.mark.usefixtures("quickly_drawn")
def test_a_set_that_lacks_a_file_is_made_again(tmp_path: Path) -> None:
    first = make_samples(tmp_path / "samples")
    (first.folder / "picture.jpg").unlink()
    assert (make_samples(tmp_path / "samples").folder / "picture.jpg").read_bytes() == b"drawn"
    (first.folder / "picture.jpg").write_bytes(b"cut")
    assert (make_samples(tmp_path / "samples").folder / "picture.jpg").read_bytes() == b"drawn"
    assert [file.name for file in tmp_path.iterdir()] == ["samples"]


@pytest.mark.usefixtures("quickly_drawn")
def test_a_set_of_another_version_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_before = make_samples(tmp_path / "samples").folder.stat().st_ino
    monkeypatch.setattr(samples, "VERSION", album.VERSION + 1)
    assert make_samples(tmp_path / "samples").folder.stat().st_ino != made_before


def test_a_failure_half_way_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk_full(photos: Path, queries: Path) -> None:
        photos.mkdir()
        (photos / "half.jpg").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(samples, "write_album", disk_full)
    with pytest.raises(MachineRefuses, match="No space left on device"):
        make_samples(tmp_path / "samples")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quickly_drawn")
def test_a_persons_own_files_are_never_replaced(tmp_path: Path) -> None:
    made_here = make_samples(tmp_path / "samples")
    own = made_here.folder / "my cat.jpg"
    own.write_bytes(b"mine")
    (made_here.folder / "picture.jpg").unlink()
    with pytest.raises(MachineRefuses, match=r"my cat\.jpg"):
        make_samples(tmp_path / "samples")
    assert own.read_bytes() == b"mine"

    (tmp_path / "a file").write_bytes(b"mine")
    with pytest.raises(MachineRefuses):
        make_samples(tmp_path / "a file")
    assert (tmp_path / "a file").read_bytes() == b"mine"


def test_the_benchmarks_photographs_all_differ_and_look_like_a_cameras(tmp_path: Path) -> None:
    command = [sys.executable, "benchmarks/make_photographs.py", str(tmp_path), "--count", "12", "--megapixels", "0.3"]
    subprocess.run(command, check=True, cwd=Path(__file__).parent.parent, stdout=subprocess.DEVNULL)
    files = sorted(tmp_path.rglob("*.jpg"))
    assert len(set(digests(tmp_path).values())) == len(files) == 12
    with Image.open(files[4]) as turned:
        assert turned.width == turned.height * 4 // 3 > 600
        assert turned.getexif()[0x0112] == 6
