"""The loader of pictures: what comes out of it, in which order, and what it forgets."""

import threading
import time
from collections.abc import Callable, Hashable, Iterator

import pytest
from PIL import Image

from pictrace.errors import ArchiveMissing, PictureUnreadable
from pictrace.gui import pictures
from pictrace.gui.pictures import PictureLoader

Result = tuple[object, Image.Image | PictureUnreadable]
Read = Callable[[int], Image.Image]


def plain(number: int) -> Image.Image:
    return Image.new("RGB", (8, 8), (number % 256, 0, 0))


class Gate:
    """A reader that waits until it is opened, and tells what it was asked for."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked: list[int] = []

    def __call__(self, number: int) -> Image.Image:
        self.asked.append(number)
        self.open.wait(20)
        return plain(number)

    def wait_until_asked(self, times: int = 1) -> None:
        wait_for(lambda: len(self.asked) >= times)


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.002)


def everything(loader: PictureLoader[int]) -> list[Result]:
    results: list[Result] = []
    until = time.monotonic() + 20
    while not loader.idle:
        assert time.monotonic() < until
        results += loader.poll(50)
        time.sleep(0.002)
    return results


@pytest.fixture
def loading() -> Iterator[Callable[..., PictureLoader[int]]]:
    loaders: list[PictureLoader[int]] = []

    def start(read: Read, threads: int = 1, **options: int) -> PictureLoader[int]:
        loaders.append(PictureLoader(read, threads, **options))
        return loaders[-1]

    yield start
    for loader in loaders:
        loader.close()


Loading = Callable[..., PictureLoader[int]]


def test_what_is_requested_comes_out_of_poll(loading: Loading) -> None:
    loader = loading(plain, threads=2)
    for number in range(20):
        loader.request(number)
    results = everything(loader)
    assert sorted(key for key, _ in results if isinstance(key, int)) == list(range(20))
    for key, image in results:
        assert isinstance(image, Image.Image)
        assert image.getpixel((0, 0)) == (key, 0, 0)


def test_the_newest_request_is_read_first(loading: Loading) -> None:
    gate = Gate()
    loader = loading(gate)
    loader.request(0)
    gate.wait_until_asked()
    for number in (1, 2, 3, 1):
        loader.request(number)
    gate.open.set()
    everything(loader)
    assert gate.asked == [0, 1, 3, 2]


def test_of_too_many_requests_the_oldest_are_dropped(loading: Loading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_MOST_WAITING", 5)
    gate = Gate()
    loader = loading(gate)
    loader.request(-1)
    gate.wait_until_asked()
    for number in range(100):
        loader.request(number)
    gate.open.set()
    assert [key for key, _ in everything(loader)] == [-1, 99, 98, 97, 96, 95]


def test_what_is_remembered_is_not_read_again(loading: Loading) -> None:
    gate = Gate()
    gate.open.set()
    loader = loading(gate)
    loader.request(7)
    ((_, first),) = everything(loader)
    assert loader.remembered(7) is first
    loader.request(7)
    assert everything(loader) == [(7, first)]
    assert gate.asked == [7]


def test_no_more_megabytes_are_remembered_than_allowed_and_the_least_used_goes_first(loading: Loading) -> None:
    loader = loading(lambda number: Image.new("L", (1024, 512)), megabytes=1)
    for number in (1, 2):
        loader.request(number)
    everything(loader)
    assert loader.remembered(1) is not None
    loader.request(3)
    everything(loader)
    assert [loader.remembered(number) is not None for number in (1, 2, 3)] == [True, False, True]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PictureUnreadable("It is damaged."), "It is damaged."),
        (ArchiveMissing("This folder is gone."), "This folder is gone."),
        (PermissionError(13, "Permission denied"), "Permission denied"),
    ],
)
def test_a_failure_is_delivered_with_its_reason_and_tried_again_when_asked_again(
    loading: Loading, error: Exception, said: str
) -> None:
    tries = []

    def read(number: int) -> Image.Image:
        tries.append(number)
        if len(tries) == 1:
            raise error
        return plain(number)

    loader = loading(read)
    loader.request(1)
    ((_, failure),) = everything(loader)
    assert isinstance(failure, PictureUnreadable)
    assert said in failure.message
    loader.request(1)
    ((_, image),) = everything(loader)
    assert isinstance(image, Image.Image)


def test_a_poll_ends_in_time_and_the_rest_comes_next_time(loading: Loading) -> None:
    loader = loading(plain)
    for number in range(10):
        loader.request(number)
    wait_for(lambda: len(loader._done) == 10)
    seen = 0
    for _ in loader.poll(1):
        seen += 1
        time.sleep(0.002)
    assert seen == 1
    assert len(list(loader.poll(1000))) == 9


def test_closing_does_not_wait_for_a_reader_that_hangs() -> None:
    gate = Gate()
    loader: PictureLoader[int] = PictureLoader(gate, threads=2)
    loader.request(1)
    gate.wait_until_asked()
    began = time.monotonic()
    loader.close()
    assert time.monotonic() - began < 2
    gate.open.set()
    wait_for(lambda: not any(thread.is_alive() for thread in loader._threads))
    assert list(loader.poll(1)) == []


def test_keys_may_be_anything_that_can_be_a_key() -> None:
    loader: PictureLoader[Hashable] = PictureLoader(lambda key: plain(0))
    loader.request(None)
    loader.request(("album.zip!/a.jpg", 512))
    wait_for(lambda: len(loader._done) == 2)
    assert {key for key, _ in loader.poll(100)} == {None, ("album.zip!/a.jpg", 512)}
    loader.close()
