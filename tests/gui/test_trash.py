"""What goes to the trash, and everything that may have happened since it was listed."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from pictrace.archives import open_archive
from pictrace.gui import trash
from pictrace.gui.trash import Removal, Stayed, Trashed, move_to_trash
from pictrace.picture import Digest, PictureRef
from pictrace.questions import GroupMember
from tests.gui.duplicate_groups import real_member
from tests.remembering import NOBODY

SAME = b"the same picture"
PROJECT = Path(__file__).parents[2]
only_posix = pytest.mark.skipif(os.name != "posix", reason="this trash is that of the freedesktop systems")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    return folder


@pytest.fixture
def bin_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for the system's trash, where a test is about what comes before it."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def move(path: str) -> None:
        shutil.move(path, folder)

    monkeypatch.setattr(trash, "_system_trash", lambda: move)
    return folder


@pytest.fixture
def pair(album: Path) -> Removal:
    return Removal(real_member(album, "victim.jpg", SAME), (real_member(album, "keeper.jpg", SAME),))


def inside(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def outcome(tmp_path: Path, *removals: Removal) -> list[str | None]:
    """None for what went, else the reason why it stayed."""
    answers = list(move_to_trash(removals, tmp_path / "home"))
    assert [answer.victim for answer in answers] == [removal.victim for removal in removals]
    return [answer.reason if isinstance(answer, Stayed) else None for answer in answers]


def test_the_victim_goes_and_the_keeper_stays(
    tmp_path: Path, album: Path, pair: Removal, bin_of_the_test: Path
) -> None:
    assert list(move_to_trash([pair], tmp_path / "home")) == [Trashed(pair.victim)]
    assert inside(album) == ["keeper.jpg"]
    assert (bin_of_the_test / "victim.jpg").read_bytes() == SAME


def test_one_that_stays_does_not_hold_up_the_others(tmp_path: Path, album: Path, bin_of_the_test: Path) -> None:
    keeper = real_member(album, "keeper.jpg", SAME)
    removals = [Removal(real_member(album, f"{n}.jpg", SAME), (keeper,)) for n in range(3)]
    (album / "1.jpg").unlink()
    first, second, third = outcome(tmp_path, *removals)
    assert (first, third) == (None, None)
    assert second == "It is gone: moved, renamed or deleted."
    assert inside(album) == ["keeper.jpg"]


@pytest.mark.usefixtures("bin_of_the_test")
class TestSinceItWasListed:
    """Something happened, so everything stays that is still there."""

    def test_the_victim_was_changed(self, tmp_path: Path, album: Path, pair: Removal) -> None:
        times = (album / "victim.jpg").stat()
        (album / "victim.jpg").write_bytes(b"the best picture")
        os.utime(album / "victim.jpg", ns=(times.st_atime_ns, times.st_mtime_ns))
        assert outcome(tmp_path, pair) == ["It has changed since the search."]
        assert (album / "victim.jpg").exists()

    def test_the_keeper_was_changed(self, tmp_path: Path, album: Path, pair: Removal) -> None:
        (album / "keeper.jpg").write_bytes(b"")
        assert outcome(tmp_path, pair) == [
            'The picture that would stay in its place, "keeper.jpg", has changed since the search.'
        ]
        assert (album / "victim.jpg").exists()

    def test_the_keeper_vanished(self, tmp_path: Path, album: Path, pair: Removal) -> None:
        (album / "keeper.jpg").unlink()
        (reason,) = outcome(tmp_path, pair)
        assert reason is not None
        assert "is not there any more" in reason
        assert (album / "victim.jpg").exists()

    def test_the_keeper_became_a_second_name_of_the_victim(self, tmp_path: Path, album: Path, pair: Removal) -> None:
        (album / "keeper.jpg").unlink()
        (album / "keeper.jpg").hardlink_to(album / "victim.jpg")
        assert outcome(tmp_path, pair) == ['It and "keeper.jpg" are two names of one file.']
        assert (album / "victim.jpg").exists()

    def test_the_keeper_became_a_link_to_the_victim(self, tmp_path: Path, album: Path, pair: Removal) -> None:
        (album / "keeper.jpg").unlink()
        (album / "keeper.jpg").symlink_to("victim.jpg")
        (reason,) = outcome(tmp_path, pair)
        assert reason is not None
        assert "no ordinary file" in reason
        assert (album / "victim.jpg").exists()

    def test_the_keeper_s_folder_became_a_link_to_the_victim_s(self, tmp_path: Path, album: Path) -> None:
        removal = Removal(real_member(album, "1/a.jpg", SAME), (real_member(album, "2/a.jpg", SAME),))
        shutil.rmtree(album / "2")
        (album / "2").symlink_to("1")
        assert outcome(tmp_path, removal) == ['It and "2/a.jpg" are two names of one file.']
        assert (album / "1" / "a.jpg").exists()

    def test_the_victim_s_folder_became_a_link(self, tmp_path: Path, album: Path) -> None:
        removal = Removal(real_member(album, "1/a.jpg", SAME), (real_member(album, "keeper.jpg", SAME),))
        (album / "1").rename(tmp_path / "elsewhere")
        (album / "1").symlink_to(tmp_path / "elsewhere")
        (reason,) = outcome(tmp_path, removal)
        assert reason is not None
        assert "through a link" in reason
        assert (tmp_path / "elsewhere" / "a.jpg").exists()

    @only_posix
    @pytest.mark.parametrize("name", ["victim.jpg", "keeper.jpg"])
    def test_a_pipe_took_the_place_of_one(self, tmp_path: Path, album: Path, pair: Removal, name: str) -> None:
        (album / name).unlink()
        os.mkfifo(album / name)
        (reason,) = outcome(tmp_path, pair)
        assert reason is not None
        assert "no ordinary file" in reason

    def test_the_archive_of_the_keeper_lost_it(self, tmp_path: Path, album: Path) -> None:
        removal = Removal(real_member(album, "a.jpg", SAME), (member_of_zip(album, SAME),))
        with zipfile.ZipFile(album / "old.zip", "w") as archive:
            archive.writestr("other.jpg", SAME)
        (reason,) = outcome(tmp_path, removal)
        assert reason is not None
        assert "is not there any more" in reason
        assert (album / "a.jpg").exists()

    def test_the_archive_of_the_keeper_holds_another_picture(self, tmp_path: Path, album: Path) -> None:
        removal = Removal(real_member(album, "a.jpg", SAME), (member_of_zip(album, SAME),))
        member_of_zip(album, b"another picture!")
        (reason,) = outcome(tmp_path, removal)
        assert reason is not None
        assert "has changed" in reason


def member_of_zip(folder: Path, content: bytes) -> GroupMember:
    with zipfile.ZipFile(folder / "old.zip", "w") as archive:
        archive.writestr("a.jpg", content)
    with_archive = open_archive(str(folder))
    found = [one for one in with_archive.list() if isinstance(one, PictureRef) and "!/" in one.name]
    with_archive.close()
    (picture,) = found
    return GroupMember(picture, Digest(hashlib.sha256(content).digest()), 1.0, 100, 100, damaged=False)


def test_a_picture_in_an_archive_can_be_the_one_that_stays(tmp_path: Path, album: Path, bin_of_the_test: Path) -> None:
    removal = Removal(real_member(album, "a.jpg", SAME), (member_of_zip(album, SAME),))
    assert outcome(tmp_path, removal) == [None]
    assert inside(album) == ["old.zip"]


def test_a_picture_in_an_archive_is_not_deleted(tmp_path: Path, album: Path, bin_of_the_test: Path) -> None:
    inside = member_of_zip(album, SAME)
    before = (album / "old.zip").read_bytes()
    (reason,) = outcome(tmp_path, Removal(inside, (real_member(album, "a.jpg", SAME),)))
    assert reason == "It lies inside an archive, and archives are never changed."
    assert (album / "old.zip").read_bytes() == before


def changing(monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[], object]) -> None:
    """Does it as soon as a file of this name was read, before anything else can happen."""
    read = trash._hashed

    def read_and_change(path: str) -> object:
        result = read(path)
        if Path(path).name == name:
            change()
        return result

    monkeypatch.setattr(trash, "_hashed", read_and_change)


def test_the_victim_is_changed_while_it_is_checked(
    tmp_path: Path, album: Path, pair: Removal, bin_of_the_test: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing(monkeypatch, "victim.jpg", lambda: (album / "victim.jpg").write_bytes(b"edited"))
    assert outcome(tmp_path, pair) == ["It has changed since the search."]
    assert (album / "victim.jpg").read_bytes() == b"edited"


def becomes_a_link(monkeypatch: pytest.MonkeyPatch, folder: Path, to: Path) -> None:
    """As soon as the picture that stays was checked."""
    check = trash._check_keeper

    def check_and_swap(keeper: GroupMember, seen: dict[str, tuple[trash.Identity, Digest]]) -> None:
        check(keeper, seen)
        folder.rename(folder.with_name("old"))
        folder.symlink_to(to)

    monkeypatch.setattr(trash, "_check_keeper", check_and_swap)


@only_posix
def test_the_victim_s_folder_becomes_a_link_to_the_keeper_s_while_the_keeper_is_checked(
    tmp_path: Path, album: Path, bin_of_the_test: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removal = Removal(real_member(album, "1/a.jpg", SAME), (real_member(album, "2/a.jpg", SAME),))
    becomes_a_link(monkeypatch, album / "1", to=album / "2")
    assert outcome(tmp_path, removal) == ['It and "2/a.jpg" are two names of one file.']
    assert (album / "2" / "a.jpg").exists()


@only_posix
def test_the_victim_s_folder_becomes_a_link_to_an_equal_picture_while_it_is_checked(
    tmp_path: Path, album: Path, bin_of_the_test: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removal = Removal(real_member(album, "1/a.jpg", SAME), (real_member(album, "keeper.jpg", SAME),))
    equal = real_member(tmp_path / "elsewhere", "a.jpg", SAME).picture.key
    becomes_a_link(monkeypatch, album / "1", to=tmp_path / "elsewhere")
    (reason,) = outcome(tmp_path, removal)
    assert reason is not None
    assert "through a link" in reason
    assert Path(equal).exists()


def test_one_file_on_a_server_that_is_mounted_twice_stays(
    tmp_path: Path, album: Path, bin_of_the_test: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mounting takes rights, so the second mount is a second name with a device number of its own."""
    victim = real_member(album, "victim.jpg", SAME)
    (album / "keeper.jpg").hardlink_to(album / "victim.jpg")
    removal = Removal(victim, (real_member(album, "keeper.jpg"),))
    facts = trash._facts

    def mounted_twice(path: str) -> tuple[int, ...]:
        device, *others = facts(path)
        return (device + path.endswith("keeper.jpg"), *others)

    monkeypatch.setattr(trash, "_facts", mounted_twice)
    assert outcome(tmp_path, removal) == ['It and "keeper.jpg" are two names of one file.']
    assert (album / "victim.jpg").exists()


@pytest.mark.parametrize("vanishes", [True, False])
def test_the_keeper_is_changed_while_the_victim_is_checked(
    tmp_path: Path,
    album: Path,
    pair: Removal,
    bin_of_the_test: Path,
    monkeypatch: pytest.MonkeyPatch,
    vanishes: bool,
) -> None:
    keeper = album / "keeper.jpg"
    changing(monkeypatch, "victim.jpg", keeper.unlink if vanishes else lambda: keeper.write_bytes(b"edited"))
    (reason,) = outcome(tmp_path, pair)
    assert reason is not None
    assert (album / "victim.jpg").exists()


def test_the_keeper_vanishes_between_two_victims(tmp_path: Path, album: Path, bin_of_the_test: Path) -> None:
    keeper = real_member(album, "keeper.jpg", SAME)
    removals = [Removal(real_member(album, f"{n}.jpg", SAME), (keeper,)) for n in range(2)]
    answers: Iterator[Trashed | Stayed] = move_to_trash(removals, tmp_path / "home")
    assert isinstance(next(answers), Trashed)
    (album / "keeper.jpg").unlink()
    assert isinstance(next(answers), Stayed)
    assert inside(album) == ["1.jpg"]


@only_posix
def test_the_keeper_is_secretly_changed_between_two_victims(tmp_path: Path, album: Path, bin_of_the_test: Path) -> None:
    keeper = real_member(album, "keeper.jpg", SAME)
    removals = [Removal(real_member(album, f"{n}.jpg", SAME), (keeper,)) for n in range(2)]
    answers: Iterator[Trashed | Stayed] = move_to_trash(removals, tmp_path / "home")
    assert isinstance(next(answers), Trashed)
    before = (album / "keeper.jpg").stat()
    while (album / "keeper.jpg").stat().st_ctime_ns == before.st_ctime_ns:
        (album / "keeper.jpg").write_bytes(SAME[::-1])
        os.utime(album / "keeper.jpg", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert isinstance(next(answers), Stayed)
    assert (album / "1.jpg").exists()


def test_stopping_leaves_the_rest_where_it_is(tmp_path: Path, album: Path, bin_of_the_test: Path) -> None:
    keeper = real_member(album, "keeper.jpg", SAME)
    removals = [Removal(real_member(album, f"{n}.jpg", SAME), (keeper,)) for n in range(3)]
    for _answer in move_to_trash(removals, tmp_path / "home"):
        break
    assert inside(album) == ["1.jpg", "2.jpg", "keeper.jpg"]


@pytest.mark.parametrize("keepers", ["none", "among the victims", "damaged"])
def test_a_plan_that_keeps_nothing_is_refused(tmp_path: Path, album: Path, bin_of_the_test: Path, keepers: str) -> None:
    one, other = real_member(album, "1.jpg", SAME), real_member(album, "2.jpg", SAME)
    removals = {
        "none": [Removal(one, ())],
        "among the victims": [Removal(one, (other,)), Removal(other, (one,))],
        "damaged": [Removal(one, (replace(other, damaged=True),))],
    }[keepers]
    assert None not in outcome(tmp_path, *removals)
    assert len(inside(album)) == 2


def test_each_of_two_keepers_is_checked(tmp_path: Path, album: Path, bin_of_the_test: Path) -> None:
    keepers = (real_member(album, "1.jpg", SAME), real_member(album, "2.jpg", b"alike"))
    (album / "2.jpg").unlink()
    (reason,) = outcome(tmp_path, Removal(real_member(album, "victim.jpg", SAME), keepers))
    assert reason is not None
    assert '"2.jpg"' in reason


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError("A sentence of the desktop's"), "A sentence of the desktop's"),
        (PermissionError(13, "Permission denied: /x"), "no permission"),
        (OSError(28, "No space left on device"), "disk full"),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"), "such a name"),
    ],
)
def test_a_trash_that_fails_says_why(
    tmp_path: Path, album: Path, pair: Removal, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(path: str) -> None:
        raise error

    monkeypatch.setattr(trash, "_system_trash", lambda: fail)
    (reason,) = outcome(tmp_path, pair)
    assert reason is not None
    assert said in reason
    assert (album / "victim.jpg").exists()


def test_a_trash_that_silently_does_nothing_is_found_out(
    tmp_path: Path, pair: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash, "_system_trash", lambda: lambda path: None)
    assert outcome(tmp_path, pair) == ["The system's trash did not take it."]


def test_a_windows_that_could_delete_for_good_is_not_asked(
    tmp_path: Path, album: Path, pair: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(platform, "version", lambda: "10.0.19045")
    (reason,) = outcome(tmp_path, pair)
    assert reason is not None
    assert "pywin32" in reason
    assert (album / "victim.jpg").exists()


def test_without_a_home_to_take_turns_in_nothing_goes(tmp_path: Path, album: Path, pair: Removal) -> None:
    (tmp_path / "home").write_text("in the way")
    (reason,) = outcome(tmp_path, pair)
    assert reason is not None
    assert "unsafe" in reason
    assert (album / "victim.jpg").exists()


def test_while_another_program_deletes_nothing_goes(
    tmp_path: Path, album: Path, pair: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filelock import FileLock

    monkeypatch.setattr(trash, "_BUSY_SECONDS", 0.05)
    (tmp_path / "home").mkdir()
    with FileLock(tmp_path / "home" / "trash.lock"):
        (reason,) = outcome(tmp_path, pair)
    assert reason is not None
    assert "Another PicTrace" in reason


class InAProcess:
    """tests.gui.trashing, with the system's real trash in a home made for the test."""

    def __init__(self, home: Path, album: Path, *pairs: str, user: int | None = None) -> None:
        environment = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "PYTHONPATH": str(PROJECT)}
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.gui.trashing", "" if user is None else str(user)),
                *(str(home / "pictrace"), str(album), *pairs),
            ],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def answers(self) -> list[str]:
        said, _nothing = self._process.communicate(timeout=60)
        assert self._process.returncode == 0
        return said.splitlines()


@only_posix
def test_the_real_trash_gives_back_what_went(tmp_path: Path, album: Path) -> None:
    name = "Größe, 1 %.jpg"
    for file in (name, "sub/" + name, "keeper.jpg"):
        real_member(album, file, SAME)
    process = InAProcess(tmp_path / "user", album, f"{name}<keeper.jpg", f"sub/{name}<keeper.jpg")
    process.go()
    assert process.answers() == ["trashed", "trashed"]
    assert [file.name for file in album.rglob("*.jpg")] == ["keeper.jpg"]
    bin_folder = tmp_path / "user" / "data" / "Trash"
    assert [file.read_bytes() for file in (bin_folder / "files").iterdir()] == [SAME, SAME]
    origins = {
        unquote(line.removeprefix("Path="))
        for info in (bin_folder / "info").iterdir()
        for line in info.read_text().splitlines()
        if line.startswith("Path=")
    }
    assert origins == {str(album / name), str(album / "sub" / name)}


@only_posix
def test_two_processes_that_keep_what_the_other_takes_leave_one(tmp_path: Path, album: Path) -> None:
    for number in range(6):
        for side in "ab":
            real_member(album, f"{number}{side}.jpg", b"%d" % number * 100_000)
    one = InAProcess(tmp_path / "user", album, *(f"{number}a.jpg<{number}b.jpg" for number in range(6)))
    other = InAProcess(tmp_path / "user", album, *(f"{number}b.jpg<{number}a.jpg" for number in range(6)))
    one.go()
    other.go()
    answers = list(zip(one.answers(), other.answers(), strict=True))
    assert all(sum(answer == "trashed" for answer in pair) == 1 for pair in answers)
    assert sorted(name[0] for name in inside(album)) == list("012345")


@only_posix
def test_a_volume_without_a_trash_is_refused() -> None:
    """The home is on one volume, the pictures on another whose root this account may not write."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == Path("/tmp").stat().st_dev:
        pytest.skip("no second volume to have a home on")
    mount = next(folder for folder in Path("/tmp/.").resolve().parents if folder.is_mount())
    user = NOBODY if os.geteuid() == 0 else None
    if user is None and os.access(mount, os.W_OK):
        pytest.skip("this account may write everywhere")
    if any(mount.glob(".Trash*")):
        pytest.skip("this volume has a trash")
    with tempfile.TemporaryDirectory(dir=memory) as home, tempfile.TemporaryDirectory(dir="/tmp") as pictures:
        for folder in map(Path, (home, pictures)):
            folder.chmod(0o777)
        for name in ("victim.jpg", "keeper.jpg"):
            real_member(Path(pictures), name, SAME)
            Path(pictures, name).chmod(0o666)
        process = InAProcess(Path(home), Path(pictures), "victim.jpg<keeper.jpg", user=user)
        process.go()
        assert process.answers() == ["stayed: The drive it lies on has no trash, so it stays."]
        assert Path(pictures, "victim.jpg").read_bytes() == SAME
