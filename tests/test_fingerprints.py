import io
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from pictrace.errors import MachineRefuses
from pictrace.fingerprints import FORMAT, MAGIC, Fingerprints, reopen
from pictrace.pickled_frames import MAX_FRAME_BYTES, DamagedError, frame_bytes, read_frame
from pictrace.picture import Digest
from tests.remembering import digest, full_disk, vectors, without_privileges

DIMENSIONS = 4


def opened(file: Path, embedder: str = "builtin-1") -> Fingerprints:
    return Fingerprints(file, embedder, DIMENSIONS)


def append(fingerprints: Fingerprints, *numbers: int) -> None:
    digests = [digest(number) for number in numbers]
    fingerprints.append(digests, vectors(digests, DIMENSIONS))


def knows(fingerprints: Fingerprints) -> set[int]:
    """Which of the first hundred it knows; fails where a vector is not the one that was given."""
    known = [number for number in range(100) if digest(number) in fingerprints]
    rows = fingerprints.rows([digest(number) for number in known])
    assert sorted(rows) == list(range(len(fingerprints)))
    expected = vectors([digest(number) for number in known], DIMENSIONS).astype(np.float16)
    assert fingerprints.matrix[rows].tobytes() == expected.tobytes()
    return set(known)


def announced(frame: bytes) -> bytes:
    facts = struct.pack("<II", len(frame), zlib.crc32(frame))
    return b"\x80\x04C\x0c" + facts + struct.pack("<I", zlib.crc32(facts)) + b"." + frame


def moved_aside(folder: Path) -> list[Path]:
    return list(folder.glob("*.corrupt-*"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "fingerprints-builtin-1.pkl"


def test_vectors_come_back_under_their_digests_in_any_later_run(file: Path) -> None:
    first = opened(file)
    append(first, 0, 1)
    append(first, 2)
    again = opened(file)
    assert knows(again) == {0, 1, 2}
    assert again.rows([digest(2), digest(9), digest(0)]).tolist() == [2, -1, 0]
    assert not again.notices


def test_a_picture_is_stored_once_however_often_it_is_appended(file: Path) -> None:
    fingerprints = opened(file)
    append(fingerprints, 0, 1, 0)
    size = file.stat().st_size
    append(fingerprints, 1, 0)
    assert file.stat().st_size == size
    assert len(fingerprints) == len(opened(file)) == 2


def test_what_was_handed_out_stays_as_it_is_when_more_is_appended(file: Path) -> None:
    fingerprints = opened(file)
    append(fingerprints, 0)
    early = fingerprints.matrix
    before = early.copy()
    append(fingerprints, *range(1, 100))
    assert early.tobytes() == before.tobytes()
    assert not early.flags.writeable
    assert fingerprints.rows([digest(0)]).tolist() == [0]


def test_a_large_batch_becomes_several_frames(file: Path) -> None:
    digests = [digest(number) for number in range(700)]
    wide = vectors(digests, 4096)
    Fingerprints(file, "wide", 4096).append(digests, wide)
    again = Fingerprints(file, "wide", 4096)
    assert again.matrix.tobytes() == wide.astype(np.float16).tobytes()
    assert len(plain_frames(file)) == 3


@pytest.mark.parametrize(
    ("digests", "given_vectors"),
    [
        ([b"short"], np.array([[1, 0, 0, 0]])),
        ([digest(0)], np.array([[1, 0, 0]])),
        ([digest(0)], np.array([[2, 0, 0, 0]])),
        ([digest(0)], np.array([[0, 0, 0, 0]])),
        ([digest(0)], np.array([[np.nan, 0, 0, 1]])),
        ([digest(0)], np.array([[-np.inf, 0, 0, 1]])),
    ],
)
def test_what_is_no_unit_vector_of_a_picture_is_never_stored(
    file: Path, digests: list[Digest], given_vectors: np.ndarray
) -> None:
    with pytest.raises(ValueError, match="every vector"):
        opened(file).append(digests, given_vectors.astype(np.float32))
    assert not file.exists()


def test_only_the_owner_can_read_what_is_remembered(file: Path) -> None:
    append(opened(file), 0)
    for path in (file, file.with_name(file.name + ".lock")):
        assert path.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


# The format


def plain_frames(file: Path) -> list[tuple[object, ...]]:
    """As any unpickler reads the file."""
    frames = []
    with file.open("rb") as stream:
        while stream.tell() < file.stat().st_size:
            assert type(pickle.load(stream)) is bytes
            frames.append(pickle.load(stream))
    return frames


def test_the_file_is_a_stream_of_pickles_of_plain_values(file: Path) -> None:
    append(opened(file), 0, 1)
    header, frame = plain_frames(file)
    assert header == (MAGIC, FORMAT, "builtin-1", DIMENSIONS)
    halves = vectors([digest(0), digest(1)], DIMENSIONS).astype(np.float16)
    assert frame == (digest(0) + digest(1), halves.tobytes())


PLAIN = st.binary(max_size=300) | st.integers(-(2**31), 2**31 - 1) | st.text(max_size=60)


@given(values=st.lists(PLAIN, min_size=1, max_size=12, unique=True))
@settings(deadline=None)
def test_a_frame_of_plain_values_is_read_as_it_was_written(values: list[bytes | int | str]) -> None:
    stream = io.BytesIO(frame_bytes(tuple(values)))
    assert read_frame(stream) == tuple(values)
    assert read_frame(stream) is None


@pytest.mark.parametrize("values", [(), tuple(range(100)), (1.5,), (None,), (["list"],), (os.system,), (2**40,)])
def test_what_could_not_be_read_again_is_not_written(values: tuple[bytes | int | str, ...]) -> None:
    with pytest.raises(DamagedError):
        frame_bytes(values)


OPCODES = [bytes([code]) for code in b"\x80\x04\x95C\x02ab(t\x94\x85\x86\x87.KJM\x8c\x8eB\x00"]


@given(frame=st.binary(max_size=40) | st.lists(st.sampled_from(OPCODES), max_size=30).map(b"".join))
@settings(max_examples=500, deadline=None)
def test_no_frame_makes_the_reader_fail_in_another_way(frame: bytes) -> None:
    try:
        values = read_frame(io.BytesIO(announced(frame)))
    except DamagedError:
        return
    assert values is not None
    assert all(type(value) in (bytes, int, str) for value in values)


# Damage


@pytest.fixture
def small(file: Path) -> tuple[bytes, list[int]]:
    """The bytes of a file with three batches of two, and where its frames end."""
    fingerprints = opened(file)
    ends = [len(frame_bytes((MAGIC, FORMAT, "builtin-1", DIMENSIONS)))]
    for number in (0, 2, 4):
        append(fingerprints, number, number + 1)
        ends.append(file.stat().st_size)
    return file.read_bytes(), ends


def test_a_file_cut_off_anywhere_keeps_every_whole_batch_and_goes_on(
    file: Path, small: tuple[bytes, list[int]]
) -> None:
    content, ends = small
    for cut in range(len(content)):
        file.write_bytes(content[:cut])
        whole = set(range(2 * sum(end <= cut for end in ends[1:])))
        fingerprints = opened(file)
        assert knows(fingerprints) == whole, cut
        append(fingerprints, 50, 51)
        again = opened(file)
        assert knows(again) == whole | {50, 51}, cut
        assert not fingerprints.notices
        assert not again.notices


def test_a_flipped_bit_anywhere_loses_no_earlier_batch_and_never_changes_a_vector(
    file: Path, small: tuple[bytes, list[int]]
) -> None:
    content, ends = small
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        file.write_bytes(flipped)
        fingerprints = opened(file)
        earlier = set(range(2 * sum(end <= place for end in ends[1:])))
        assert knows(fingerprints) == earlier, place
        (notice,) = fingerprints.notices
        (aside,) = moved_aside(file.parent)
        assert aside.name in notice
        assert aside.read_bytes() == flipped
        again = opened(file)
        assert knows(again) == earlier
        assert not again.notices
        aside.unlink()


def test_damage_found_while_appending_is_mended_too(file: Path, small: tuple[bytes, list[int]]) -> None:
    fingerprints = opened(file)
    with file.open("ab") as stream:
        stream.write(b"something else entirely")
    append(fingerprints, 6)
    assert len(fingerprints.notices) == 1
    assert knows(opened(file)) == {0, 1, 2, 3, 4, 5, 6}


def test_a_half_written_batch_is_not_taken_for_damage(file: Path, small: tuple[bytes, list[int]]) -> None:
    content, ends = small
    file.write_bytes(content[: ends[1]])
    reader = opened(file)
    with file.open("ab") as stream:
        for place in range(ends[1], len(content)):
            stream.write(content[place : place + 1])
            stream.flush()
            reader.refresh()
            assert knows(reader) == set(range(2 * sum(end <= place + 1 for end in ends[1:])))
    assert not reader.notices


def test_a_file_that_took_the_place_of_another_is_read_from_its_start(file: Path) -> None:
    fingerprints = opened(file)
    append(fingerprints, *range(10))
    other = file.with_name("other.pkl")
    append(opened(other), *range(20, 40))
    other.replace(file)
    fingerprints.refresh()
    assert knows(fingerprints) == {*range(10), *range(20, 40)}
    file.unlink()
    fingerprints.refresh()
    append(fingerprints, 50)
    assert knows(opened(file)) == {50}
    assert not fingerprints.notices


@pytest.mark.parametrize(
    "frame",
    [
        (digest(0), np.array([np.nan, 0, 0, 1], np.float16).tobytes()),
        (digest(0), np.array([np.inf, 0, 0, 1], np.float16).tobytes()),
        (digest(0), np.array([-1.5, 0, 0, 0], np.float16).tobytes()),
        (digest(0), np.array([0.5, 0, 0, 0], np.float16).tobytes()),
        (digest(0), np.array([1, 0, 0], np.float16).tobytes()),
        (digest(0)[:31], np.array([1, 0, 0, 0], np.float16).tobytes()),
        (b"", b"no digests"),
        (digest(0),),
        (1, 2),
        (digest(0), "text", 3),
    ],
)
def test_well_formed_frames_with_nonsense_in_them_are_damage(file: Path, frame: tuple[bytes | int | str, ...]) -> None:
    append(opened(file), 7)
    with file.open("ab") as stream:
        stream.write(frame_bytes(frame))
    fingerprints = opened(file)
    assert knows(fingerprints) == {7}
    assert len(fingerprints.notices) == len(moved_aside(file.parent)) == 1


def test_a_frame_that_claims_to_be_endless_is_damage() -> None:
    frame = pickle.PROTO + b"\x04" + pickle.FRAME + b"\xff" * 8 + b"C\x01a" + pickle.TUPLE1 + pickle.STOP
    with pytest.raises(DamagedError):
        read_frame(io.BytesIO(announced(frame)))


@pytest.mark.parametrize("dimensions", [-5, 0, 2**31 - 1])
def test_a_file_that_claims_impossible_vectors_is_not_reopened(file: Path, dimensions: int) -> None:
    file.parent.mkdir()
    file.write_bytes(frame_bytes((MAGIC, FORMAT, "builtin-1", dimensions)))
    assert reopen(file) is None


def test_vectors_of_another_embedder_never_mix(file: Path) -> None:
    append(opened(file), 0)
    other = opened(file, "resnet50-2")
    assert len(other) == 0
    assert len(other.notices) == len(moved_aside(file.parent)) == 1
    append(other, 1)
    assert knows(opened(file, "resnet50-2")) == {1}


def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(file: Path) -> None:
    file.parent.mkdir()
    content = frame_bytes((MAGIC, FORMAT + 1, "builtin-1", DIMENSIONS, b"what the future needs"))
    file.write_bytes(content)
    with pytest.raises(MachineRefuses, match="newer PicTrace"):
        opened(file)
    assert file.read_bytes() == content


# An attacker's file


class Attack:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.marker}",)


def hostile_files(marker: Path) -> Iterator[bytes]:
    header = frame_bytes((MAGIC, FORMAT, "builtin-1", DIMENSIONS))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        attack = pickle.dumps(Attack(marker), protocol=protocol)
        nested = pickle.dumps((digest(0), [Attack(marker)]), protocol=protocol)
        for frame in (attack, nested):
            yield frame
            yield announced(frame)
            yield header + frame
            yield header + announced(frame)
    for frame in (
        b"\x80\x04\x8e" + struct.pack("<Q", 1 << 40) + b".",  # bytes of a terabyte
        b"\x80\x04)r" + struct.pack("<I", 0xFFFFFFF0) + b".",  # a memo with four billion places
        b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b").",  # an endless frame
        b"Pid\n.",
        b"\x80\x04)Q.",
        b"\x80\x04\x82\x01.",
        b"\x80\x05\x97.",
        b"\x80\x04" + b"(" * 100_000 + b"t" * 100_000 + b".",
        b"\x80\x04(" + b"K\x00" * 100_000 + b"t.",
        b"\x80\x04\x8a\xff" + b"9" * 255 + b"\x85.",
    ):
        yield announced(frame)
        yield header + announced(frame)


def test_an_attackers_pickle_runs_nothing_wherever_it_stands(file: Path, tmp_path: Path) -> None:
    marker = tmp_path / "attacked"
    pickle.loads(pickle.dumps(Attack(marker)))
    assert marker.exists(), "this attack would not even work"
    marker.unlink()
    file.parent.mkdir()
    for content in hostile_files(marker):
        file.write_bytes(content)
        fingerprints = opened(file)
        assert len(fingerprints) == 0
        append(fingerprints, 1)
        assert not marker.exists()
        assert len(fingerprints.notices) == 1, content[:200]
        assert knows(opened(file)) == {1}


def test_a_frame_beyond_the_limit_is_refused_before_it_is_read() -> None:
    facts = struct.pack("<II", MAX_FRAME_BYTES + 1, 0)
    stream = io.BytesIO(b"\x80\x04C\x0c" + facts + struct.pack("<I", zlib.crc32(facts)) + b".")
    with pytest.raises(DamagedError, match="too large"):
        read_frame(stream)
    assert stream.tell() == 17


# A machine that refuses


def test_on_a_full_disk_the_vectors_stay_in_memory_and_are_saved_when_there_is_room(file: Path) -> None:
    fingerprints = opened(file)
    append(fingerprints, 0, 1)
    size = file.stat().st_size
    with full_disk(size + 40):
        for numbers in ((2, 3), (4, 5)):
            with pytest.raises(MachineRefuses, match=r"Cannot save the index \(disk full\)\. Search works"):
                append(fingerprints, *numbers)
        assert knows(fingerprints) == {0, 1, 2, 3, 4, 5}
        assert file.stat().st_size == size
    append(fingerprints, 6)
    assert knows(opened(file)) == {0, 1, 2, 3, 4, 5, 6}


def test_a_damaged_file_on_a_full_disk_is_kept_and_its_good_part_used(
    file: Path, small: tuple[bytes, list[int]]
) -> None:
    content, ends = small
    flipped = content[: ends[2]] + b"!" * (len(content) - ends[2])
    file.write_bytes(flipped)
    with full_disk(ends[0]):
        fingerprints = opened(file)
        assert knows(fingerprints) == {0, 1, 2, 3}
        assert "disk full" in fingerprints.notices[0]
    assert file.read_bytes() == flipped
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name, file.name + ".lock"]


def test_a_file_in_place_of_the_folder_costs_only_the_saving(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    fingerprints = opened(tmp_path / "home" / "fingerprints.pkl")
    with pytest.raises(MachineRefuses, match="Cannot save the index"):
        append(fingerprints, 0)
    assert knows(fingerprints) == {0}


def test_without_permission_to_write_what_is_there_is_still_used() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fingerprints.pkl"
        append(opened(file), 0)
        file.chmod(0o444)
        Path(folder).chmod(0o555)
        with without_privileges():
            fingerprints = opened(file)
            with pytest.raises(MachineRefuses, match="no permission"):
                append(fingerprints, 1)
            assert knows(fingerprints) == {0, 1}
        Path(folder).chmod(0o755)


def test_a_home_that_may_not_even_be_looked_into_costs_only_the_saving() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0)
        with without_privileges():
            fingerprints = opened(Path(folder) / "home" / "fingerprints.pkl")
            with pytest.raises(MachineRefuses, match="no permission"):
                append(fingerprints, 0)
            assert knows(fingerprints) == {0}
        Path(folder).chmod(0o700)
        assert len(fingerprints.notices) == 1


def test_without_permission_to_read_one_notice_says_so() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / "fingerprints.pkl"
        append(opened(file), 0)
        file.chmod(0)
        with without_privileges():
            fingerprints = opened(file)
            fingerprints.refresh()
        assert len(fingerprints) == 0
        assert len(fingerprints.notices) == 1


# Several processes

APPEND_FOREVER = """
import sys
from pathlib import Path
from tests.test_fingerprints import append, opened
fingerprints = opened(Path(sys.argv[1]))
for number in range(0, int(sys.argv[2]), 2):
    append(fingerprints, number, number + 1)
    print(number + 1, flush=True)
"""


def appending(file: Path, until: int) -> subprocess.Popen[str]:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", APPEND_FOREVER, str(file), str(until)]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)


def test_a_killed_writer_loses_nothing_it_had_appended(file: Path) -> None:
    for kill in range(5):
        with appending(file, 1_000_000) as process:
            assert process.stdout is not None
            said = [process.stdout.readline() for _ in range(1 + 7 * kill)]
            process.kill()
            said += process.stdout.readlines()
        done = max(int(line) for line in said if line.endswith("\n"))
        fingerprints = opened(file)
        digests = [digest(number) for number in range(done + 1)]
        rows = fingerprints.rows(digests)
        assert fingerprints.matrix[rows].tobytes() == vectors(digests, DIMENSIONS).astype(np.float16).tobytes()
        append(fingerprints, 2_000_000 + kill)
        assert not opened(file).notices
        if kill % 2:
            file.unlink()


def test_two_processes_appending_at_once_store_every_picture_once(file: Path) -> None:
    with appending(file, 90) as one, appending(file, 100) as other:
        one.communicate(timeout=60)
        other.communicate(timeout=60)
    assert one.returncode == other.returncode == 0
    assert knows(opened(file)) == set(range(100))
    stored = [frame[0] for frame in plain_frames(file)[1:]]
    assert sum(len(joined) for joined in stored if isinstance(joined, bytes)) == 100 * 32


class SeveralProcesses(RuleBasedStateMachine):
    """Whatever several users of one file do, and however writers die, nothing appended is lost or changed."""

    users = Bundle("users")

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "fingerprints.pkl"
        self.saved: set[int] = set()
        self.all: list[Fingerprints] = []

    @rule(target=users)
    def open_one_more(self) -> Fingerprints:
        user = opened(self.file)
        self.all.append(user)
        assert knows(user) == self.saved
        return user

    @rule(user=users, numbers=st.lists(st.integers(0, 99), min_size=1, max_size=5))
    def append_some(self, user: Fingerprints, numbers: list[int]) -> None:
        append(user, *numbers)
        self.saved |= set(numbers)

    @rule(user=users)
    def refresh_one(self, user: Fingerprints) -> None:
        user.refresh()
        assert knows(user) == self.saved

    @rule(share=st.floats(0, 0.99))
    def die_while_appending(self, share: float) -> None:
        content = frame_bytes((digest(1000), b"12345678"))
        with self.file.open("ab") as stream:
            stream.write(content[: int(len(content) * share)])
        # The next writer cuts it off, so one must come before another dies.
        append(opened(self.file), 99)
        self.saved.add(99)

    @invariant()
    def nobody_was_told_anything_or_knows_more_than_was_saved(self) -> None:
        for user in getattr(self, "all", []):
            assert not user.notices
            assert knows(user) <= self.saved

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()


TestSeveralProcesses = SeveralProcesses.TestCase
TestSeveralProcesses.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
