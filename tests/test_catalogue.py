import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pictrace.catalogue import FORMAT, RACY_NS, Catalogue, HashedFile
from pictrace.errors import MachineRefuses
from pictrace.picture import Picture
from tests.remembering import digest, full_disk, picture_ref, without_privileges

LATER = 10**18


_OPENED: list[Catalogue] = []


def opened(file: Path, program: str = "1.0") -> Catalogue:
    _OPENED.append(Catalogue(file, program))
    return _OPENED[-1]


@pytest.fixture(autouse=True)
def close_all() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


def picture(number: int) -> Picture:
    return Picture(f"thumbnail {number}".encode() * 20, 100 + number, 200, "JPEG", damaged=number % 2 == 1)


def remember(catalogue: Catalogue, numbers: Iterable[int], racy: bool = False) -> None:
    numbers = list(numbers)
    catalogue.remember(
        files=[HashedFile(picture_ref(f"{one}.jpg"), digest(one), 0 if racy else LATER) for one in numbers],
        pictures=[(digest(one), picture(one)) for one in numbers],
        unreadable=[],
    )


def knows(catalogue: Catalogue) -> set[int]:
    """Which of the first hundred files it knows; fails where it says something else of them than it was told."""
    digests = catalogue.digests_of([picture_ref(f"{number}.jpg") for number in range(100)])
    known = {number for number, one in enumerate(digests) if one is not None}
    assert all(digests[number] == digest(number) for number in known)
    assert catalogue.pictures([digest(number) for number in range(100)]) == {
        digest(number): picture(number) for number in known
    }
    return known


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "catalogue.sqlite"


def test_what_was_remembered_is_known_in_any_later_run(file: Path) -> None:
    first = opened(file)
    remember(first, [1, 2])
    first.close()
    again = opened(file)
    assert knows(again) == {1, 2}
    assert again.known([digest(1), digest(3)]) == {digest(1)}
    assert again.thumbnails([digest(2), digest(3)]) == {digest(2): picture(2).thumbnail}
    assert not again.notices


def test_a_changed_file_is_unknown_until_it_is_hashed_again(file: Path) -> None:
    catalogue = opened(file)
    remember(catalogue, [1])
    changed = picture_ref("1.jpg", stamp="2")
    assert catalogue.digests_of([changed, picture_ref("1.jpg")]) == [None, digest(1)]
    catalogue.remember(files=[HashedFile(changed, digest(5), LATER)], pictures=[], unreadable=[])
    assert catalogue.digests_of([changed, picture_ref("1.jpg")]) == [digest(5), None]


@pytest.mark.parametrize(
    ("age_ns", "trusted"), [(0, False), (RACY_NS - 1, False), (1 - RACY_NS, False), (RACY_NS, True)]
)
def test_a_file_changed_while_it_was_hashed_is_hashed_again(file: Path, age_ns: int, trusted: bool) -> None:
    catalogue = opened(file)
    fresh = picture_ref("a.jpg", modified_ns=LATER)
    catalogue.remember(files=[HashedFile(fresh, digest(0), LATER + age_ns)], pictures=[], unreadable=[])
    assert catalogue.digests_of([fresh]) == [digest(0) if trusted else None]


def test_a_file_that_became_racy_is_forgotten(file: Path) -> None:
    catalogue = opened(file)
    remember(catalogue, [1])
    remember(catalogue, [1], racy=True)
    assert catalogue.digests_of([picture_ref("1.jpg")]) == [None]
    assert catalogue.known([digest(1)]) == {digest(1)}


def test_any_name_and_reason_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory) -> None:
    catalogue = opened(tmp_path_factory.mktemp("home") / "catalogue.sqlite")
    any_text = st.text(st.characters(), min_size=1)

    @given(name=any_text, stamp=any_text, reason=any_text)
    @settings(deadline=None, max_examples=50)
    def holds(name: str, stamp: str, reason: str) -> None:
        one = picture_ref(name, stamp)
        catalogue.remember(files=[HashedFile(one, digest(1), LATER)], pictures=[], unreadable=[])
        assert catalogue.digests_of([one]) == [digest(1)]
        catalogue.remember_dangerous(one, reason)
        assert catalogue.unreadable([one]) == {one.key: reason}

    holds()
    for name in ("\udcff.jpg", "\ud800", "a\0b", "\u202egpj.exe", "-rf", "é" * 250):
        holds.hypothesis.inner_test(name, name, name)  # type: ignore[attr-defined]


def test_contents_that_cannot_be_decoded_are_known_for_every_file_that_has_them(file: Path) -> None:
    catalogue = opened(file)
    files = [HashedFile(picture_ref(name), digest(7), LATER) for name in ("a.jpg", "copy.jpg")]
    catalogue.remember(files=files, pictures=[], unreadable=[(digest(7), "It is no picture.")])
    remember(catalogue, [1])
    asked = [picture_ref(name) for name in ("a.jpg", "copy.jpg", "1.jpg", "new.jpg")]
    assert catalogue.unreadable(asked) == {"/album/a.jpg": "It is no picture.", "/album/copy.jpg": "It is no picture."}
    assert catalogue.unreadable_contents([digest(1), digest(7)]) == {digest(7): "It is no picture."}
    assert catalogue.known([digest(7)]) == set()


def test_a_dangerous_file_is_tried_again_when_it_or_the_program_changes(file: Path) -> None:
    catalogue = opened(file)
    catalogue.remember_dangerous(picture_ref("a.jpg"), "It crashed the decoder.")
    assert catalogue.unreadable([picture_ref("a.jpg")]) == {"/album/a.jpg": "It crashed the decoder."}
    assert catalogue.unreadable([picture_ref("a.jpg", stamp="2"), picture_ref("b.jpg")]) == {}
    assert opened(file, "1.1").unreadable([picture_ref("a.jpg")]) == {}


def test_undecodable_contents_are_tried_again_by_another_version_and_forgotten_once_decoded(file: Path) -> None:
    catalogue = opened(file)
    catalogue.remember(files=[], pictures=[], unreadable=[(digest(1), "Unknown format.")])
    newer = opened(file, "1.1")
    assert newer.unreadable_contents([digest(1)]) == {}
    remember(newer, [1])
    assert catalogue.unreadable_contents([digest(1)]) == {}


def test_a_batch_is_remembered_wholly_or_not_at_all(file: Path) -> None:
    catalogue = opened(file)
    broken = Picture(b"", ["no", "number", "that", "SQLite", "could", "hold"], 1, "JPEG", False)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.ProgrammingError):
        catalogue.remember(
            files=[HashedFile(picture_ref("1.jpg"), digest(1), LATER)], pictures=[(digest(1), broken)], unreadable=[]
        )
    assert knows(catalogue) == set()
    remember(catalogue, [2])
    assert knows(catalogue) == {2}
    assert not catalogue.notices


def test_a_damaged_thumbnail_is_never_handed_out(file: Path) -> None:
    catalogue = opened(file)
    remember(catalogue, range(3))
    catalogue.close()
    content = file.read_bytes()
    file.write_bytes(content.replace(b"thumbnail 1t", b"thumbnail 1T"))
    catalogue = opened(file)
    assert catalogue.thumbnails([digest(one) for one in range(3)]).keys() == {digest(0), digest(2)}
    assert catalogue.pictures([digest(one) for one in range(3)]).keys() == {digest(0), digest(2)}
    assert len(catalogue.verify()) == 1
    remember(catalogue, [1])
    assert catalogue.verify() == []


def test_only_the_owner_can_read_what_is_remembered(file: Path) -> None:
    catalogue = opened(file)
    remember(catalogue, [1])
    assert len(list(file.parent.iterdir())) == 4
    assert {path.stat().st_mode & 0o777 for path in file.parent.iterdir()} == {0o600}
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_cleared_catalogue_holds_no_thumbnail_any_more(file: Path) -> None:
    file.parent.mkdir()
    file.with_name(file.name + ".corrupt-1").write_bytes(picture(1).thumbnail)
    catalogue = opened(file)
    remember(catalogue, range(50))
    status = catalogue.status()
    assert (status.files, status.pictures) == (50, 50)
    assert status.bytes > sum(len(picture(number).thumbnail) for number in range(50))
    catalogue.clear()
    assert knows(catalogue) == set()
    assert (catalogue.status().files, catalogue.status().pictures) == (0, 0)
    assert not any(b"thumbnail 1" in path.read_bytes() for path in file.parent.iterdir())


# Damage


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("sound") / "catalogue.sqlite"
    catalogue = opened(file)
    remember(catalogue, range(60))
    catalogue.close()
    return file.read_bytes()


@pytest.mark.parametrize("content", [b"not a database at all " * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_broken_file_is_moved_aside_and_begun_anew(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    catalogue = opened(file)
    (aside,) = file.parent.glob("*.corrupt-*")
    assert aside.read_bytes() == content
    assert len(catalogue.notices) == 1
    assert aside.name in catalogue.notices[0]
    remember(catalogue, [1])
    assert knows(opened(file)) == {1}
    assert not opened(file).notices


def test_a_file_damaged_anywhere_stops_nobody(sound: bytes, tmp_path: Path) -> None:
    @example(place=3552, junk=b"\x80")
    @given(place=st.integers(0, len(sound) - 1) | st.integers(0, 200), junk=st.binary(min_size=1, max_size=300))
    @settings(max_examples=80, deadline=None)
    def holds(place: int, junk: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            file = Path(folder) / "catalogue.sqlite"
            file.write_bytes((sound[:place] + junk + sound[place + len(junk) :])[: len(sound)])
            try:
                catalogue = opened(file)
            except MachineRefuses as refusal:
                assert "newer" in refusal.message
                return
            catalogue.digests_of([picture_ref(f"{number}.jpg") for number in range(60)])
            catalogue.unreadable([picture_ref(f"{number}.jpg") for number in range(60)])
            catalogue.pictures([digest(number) for number in range(60)])
            catalogue.status()
            catalogue.verify()
            remember(catalogue, [70, 71])
            assert catalogue.digests_of([picture_ref("70.jpg")]) == [digest(70)]
            assert catalogue.pictures([digest(71)]) == {digest(71): picture(71)}
            catalogue.close()

    holds()


def test_a_file_cut_short_while_in_use_is_replaced(file: Path, sound: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(sound)
    catalogue = opened(file)
    file.write_bytes(sound[:4096] + b"\xff" * (len(sound) - 4096))
    assert knows(catalogue) == set()
    remember(catalogue, [1])
    assert knows(catalogue) == {1}
    assert len(catalogue.notices) == 1
    assert knows(opened(file)) == {1}


def test_verify_says_what_is_wrong(file: Path, sound: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(sound)
    assert opened(file).verify() == []
    file.write_bytes(sound[:4096] + b"\xff" * (len(sound) - 4096))
    assert opened(file).verify()[0].startswith("The catalogue is damaged: ")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER steal AFTER INSERT ON files BEGIN DELETE FROM pictures; END",
        "CREATE VIEW more AS SELECT load_extension('/tmp/evil.so')",
        "CREATE TABLE more (x)",
        "DROP TABLE dangerous",
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = CAST(sql AS BLOB) WHERE name = 'files'",
    ],
)
def test_a_file_with_anything_but_our_tables_is_not_used(file: Path, sound: bytes, statement: str) -> None:
    file.parent.mkdir()
    file.write_bytes(sound)
    connection = sqlite3.connect(file)
    connection.executescript(statement)
    connection.close()
    catalogue = opened(file)
    assert len(catalogue.notices) == 1
    assert knows(catalogue) == set()


@pytest.mark.parametrize("value", ["'text'", "CAST(x'ff' AS TEXT)", "5", "NULL", "x'00'"])
def test_values_of_a_wrong_kind_are_never_believed(file: Path, sound: bytes, value: str) -> None:
    file.parent.mkdir()
    file.write_bytes(sound)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute(f"UPDATE files SET digest = {value}")
    connection.close()
    catalogue = opened(file)
    assert catalogue.digests_of([picture_ref("1.jpg")]) == [None]
    remember(catalogue, [1])
    assert catalogue.digests_of([picture_ref("1.jpg")]) == [digest(1)]


def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(file: Path, sound: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(sound)
    connection = sqlite3.connect(file)
    connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.execute("CREATE TABLE from_the_future (x)")
    connection.close()
    content = file.read_bytes()
    with pytest.raises(MachineRefuses, match="newer PicTrace"):
        opened(file)
    assert file.read_bytes() == content


# A machine that refuses


def test_when_the_disk_gets_full_the_rest_is_kept_beside_and_said_once(file: Path) -> None:
    catalogue = opened(file)
    remember(catalogue, range(10))
    with full_disk(file.with_name(file.name + "-wal").stat().st_size):
        remember(catalogue, range(10, 30))
        remember(catalogue, range(30, 40))
        assert knows(catalogue) == set(range(40))
        catalogue.remember_dangerous(picture_ref("1.jpg"), "It crashed the decoder.")
        assert catalogue.unreadable([picture_ref("1.jpg")]) == {"/album/1.jpg": "It crashed the decoder."}
    (notice,) = catalogue.notices
    assert notice.startswith("Cannot save the index (")
    assert catalogue.status().files == 40
    assert knows(opened(file)) == set(range(10))


def test_a_file_in_place_of_the_folder_costs_only_the_saving(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    catalogue = opened(tmp_path / "home" / "catalogue.sqlite")
    assert len(catalogue.notices) == 1
    assert catalogue.notices[0].startswith("Cannot save the index (")
    remember(catalogue, [1])
    assert knows(catalogue) == {1}
    assert catalogue.verify() == []
    catalogue.clear()
    assert knows(catalogue) == set()


def test_on_a_read_only_disk_what_is_there_is_still_used(sound: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.sqlite"
        file.write_bytes(sound)
        file.chmod(0o444)
        Path(folder).chmod(0o555)
        with without_privileges():
            catalogue = opened(file)
            assert knows(catalogue) == set(range(60))
            remember(catalogue, [70])
            assert knows(catalogue) == {*range(60), 70}
            assert len(catalogue.notices) == 1
            catalogue.close()
        Path(folder).chmod(0o755)


def test_a_newer_file_is_refused_on_a_read_only_disk_too_and_a_damaged_one_passed_over(sound: bytes) -> None:
    newer = sound[:60] + (FORMAT + 1).to_bytes(4, "big") + sound[64:]
    damaged = sound[:100] + b"\xff" * (len(sound) - 100)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("newer", newer), ("damaged", damaged)):
            (Path(folder) / name).write_bytes(content)
            (Path(folder) / name).chmod(0o444)
        Path(folder).chmod(0o555)
        with without_privileges():
            with pytest.raises(MachineRefuses, match="newer PicTrace"):
                opened(Path(folder) / "newer")
            catalogue = opened(Path(folder) / "damaged")
            remember(catalogue, [1])
            assert knows(catalogue) == {1}
        Path(folder).chmod(0o755)


def test_a_full_disk_is_called_by_its_name(file: Path) -> None:
    catalogue = opened(file)
    connection = catalogue._database._kept
    assert connection is not None
    connection.execute("PRAGMA max_page_count = 12").fetchall()
    remember(catalogue, range(100))
    assert catalogue.notices == ["Cannot save the index (disk full). Search works, but will be slower next time."]
    assert knows(catalogue) == set(range(100))


def test_a_catalogue_that_another_process_keeps_busy_stops_nobody(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pictrace.database.BUSY_SECONDS", 0.05)
    catalogue = opened(file)
    remember(catalogue, [1])
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    remember(catalogue, [2])
    assert knows(catalogue) == {1, 2}
    other.close()
    assert "another PicTrace keeps it busy" in catalogue.notices[0]


def test_a_damaged_file_that_cannot_be_replaced_stops_nobody(sound: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.sqlite"
        file.write_bytes(sound)
        catalogue = opened(file)
        file.write_bytes(sound[:4096] + b"\xff" * (len(sound) - 4096))
        Path(folder).chmod(0o555)
        with without_privileges():
            assert knows(catalogue) == set()
            remember(catalogue, [1])
            assert knows(catalogue) == {1}
        Path(folder).chmod(0o755)
        assert len(catalogue.notices) == 1


def test_the_status_of_a_catalogue_that_breaks_can_still_be_asked(file: Path, sound: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(sound)
    catalogue = opened(file)
    file.write_bytes(sound[:4096] + b"\xff" * (len(sound) - 4096))
    assert catalogue.status().files == 0
    assert len(catalogue.notices) == 1


def test_what_cannot_be_cleared_is_not_said_to_be(sound: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.sqlite"
        file.write_bytes(sound)
        file.chmod(0o444)
        Path(folder).chmod(0o555)
        with without_privileges(), pytest.raises(MachineRefuses, match="cannot be cleared"):
            opened(file).clear()
        file.chmod(0)
        with without_privileges(), pytest.raises(MachineRefuses, match="no permission"):
            opened(file).clear()
        Path(folder).chmod(0o755)
        file.chmod(0o600)
        assert file.read_bytes() == sound


def test_a_home_that_may_not_even_be_looked_into_stops_nobody() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0)
        with without_privileges():
            catalogue = opened(Path(folder) / "home" / "catalogue.sqlite")
            remember(catalogue, [1])
            assert knows(catalogue) == {1}
            assert catalogue.status().bytes == 0
            with pytest.raises(MachineRefuses, match="no permission"):
                catalogue.clear()
        Path(folder).chmod(0o700)
        assert catalogue.notices == [
            "Cannot save the index (no permission to write there). Search works, but will be slower next time."
        ]


def test_a_damaged_catalogue_can_be_cleared(file: Path, sound: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(sound)
    catalogue = opened(file)
    file.write_bytes(sound[:4096] + b"\xff" * (len(sound) - 4096))
    catalogue.clear()
    assert not list(file.parent.glob("*.corrupt-*"))
    remember(catalogue, [1])
    assert knows(opened(file)) == {1}


# Several processes

REMEMBER_FOREVER = """
import sys
from pathlib import Path
from tests.test_catalogue import opened, remember
catalogue = opened(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[3]), 10):
    remember(catalogue, range(number, number + 10))
    print(number + 9, flush=True)
"""


def remembering(file: Path, start: int, end: int) -> subprocess.Popen[str]:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", REMEMBER_FOREVER, str(file), str(start), str(end)]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)


def test_a_killed_process_loses_no_batch_and_leaves_no_half_one(file: Path) -> None:
    for kill in range(4):
        with remembering(file, 1_000_000 * kill, 1_000_000 * (kill + 1)) as process:
            assert process.stdout is not None
            said = [process.stdout.readline() for _ in range(1 + 11 * kill)]
            process.kill()
            said += process.stdout.readlines()
        last = max(int(line) for line in said if line.endswith("\n"))
        catalogue = opened(file)
        numbers = range(1_000_000 * kill, last + 1)
        assert catalogue.digests_of([picture_ref(f"{one}.jpg") for one in numbers]) == [digest(one) for one in numbers]
        assert catalogue.known([digest(one) for one in numbers]) == {digest(one) for one in numbers}
        status = catalogue.status()
        assert status.files == status.pictures
        assert status.files % 10 == 0
        assert catalogue.verify() == []
        assert not catalogue.notices
        catalogue.close()


def test_two_processes_begin_and_fill_one_catalogue_together(file: Path) -> None:
    with remembering(file, 0, 500) as one, remembering(file, 250, 1000) as other:
        one.communicate(timeout=60)
        other.communicate(timeout=60)
    assert one.returncode == other.returncode == 0
    catalogue = opened(file)
    assert catalogue.status().files == 1000
    assert knows(catalogue) == set(range(100))


def test_what_one_process_remembers_the_other_knows(file: Path) -> None:
    one, other = opened(file), opened(file)
    remember(one, [1])
    assert knows(other) == {1}
    remember(other, [2])
    assert knows(one) == {1, 2}


def test_two_processes_that_find_the_same_damage_end_with_one_file(file: Path, sound: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(sound)
    one, other = opened(file), opened(file)
    file.write_bytes(sound[:4096] + b"\xff" * (len(sound) - 4096))
    remember(one, [1])
    os.utime(file)
    remember(other, [2])
    assert knows(one) == knows(other) == {1, 2}
    assert len(list(file.parent.glob("*.corrupt-*"))) == 1
